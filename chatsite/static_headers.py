"""Headers of static files besides those of servestatic."""

from __future__ import annotations

from wsgiref.headers import Headers


def add_static_headers(headers: Headers, path: str, url: str) -> None:
    """Prevent MIME sniffing. The other security headers of pages mean nothing for a file."""
    headers["X-Content-Type-Options"] = "nosniff"
