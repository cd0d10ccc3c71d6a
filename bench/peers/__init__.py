"""The servers beside ours, each written from its documented design."""
