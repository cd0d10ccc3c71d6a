"""What changes a room. Each function stores and announces as one step; all of it is sync code."""
