"""The site: its settings, the ASGI application, and the server that runs it."""

__version__ = "1.1.0"  # the newest entry of CHANGELOG.md; the only place that has it
