"""The site: settings, the application that is served, the server that serves it."""

__version__ = "1.1.0"  # the newest entry of CHANGELOG.md; the only place with the number
