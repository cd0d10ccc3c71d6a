"""Runs the real programs for tests, benchmarks and pictures."""
