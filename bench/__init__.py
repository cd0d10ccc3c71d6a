"""Our figures beside those of our peers: `python -m bench` writes docs/benchmarks.md."""
