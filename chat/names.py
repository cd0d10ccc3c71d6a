"""Names for those who have not chosen one."""

from __future__ import annotations

import secrets

QUALITIES = (
    "Amber", "Brave", "Bright", "Calm", "Clever", "Cosy", "Crimson", "Curious", "Daring", "Eager",
    "Early", "Gentle", "Golden", "Happy", "Honest", "Jolly", "Keen", "Kind", "Lively", "Lucky",
    "Lunar", "Mellow", "Merry", "Misty", "Nimble", "Noble", "Patient", "Polite", "Proud", "Quick",
    "Quiet", "Rosy", "Rustic", "Sandy", "Silver", "Sincere", "Snowy", "Sunny", "Swift", "Tidy",
    "Velvet", "Warm", "Wise", "Witty",
)  # fmt: skip
ANIMALS = (
    "Badger", "Bear", "Beaver", "Bison", "Crane", "Deer", "Dolphin", "Dove", "Eagle", "Falcon",
    "Ferret", "Finch", "Fox", "Gecko", "Goose", "Hare", "Hawk", "Hedgehog", "Heron", "Ibex",
    "Jay", "Koala", "Lark", "Lemur", "Lynx", "Magpie", "Marten", "Mole", "Moose", "Newt", "Otter",
    "Owl", "Panda", "Penguin", "Puffin", "Quail", "Rabbit", "Raven", "Robin", "Seal", "Sparrow",
    "Squirrel", "Stork", "Swan", "Tapir", "Toad", "Turtle", "Walrus", "Wombat", "Wren",
)  # fmt: skip


def friendly_name() -> str:
    """A made-up name such as "Amber Otter"; not unique."""
    return f"{secrets.choice(QUALITIES)} {secrets.choice(ANIMALS)}"
