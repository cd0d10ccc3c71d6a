"""The load generator: many connections on few threads, which check all that they receive."""
