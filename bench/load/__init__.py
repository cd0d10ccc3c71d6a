"""The load generator: many people on few threads, who check all that they hear."""
