"""What changes a room. Each function stores and announces as one step, and is plain sync code."""
