"""What a static file is sent with, besides what servestatic gives it."""

from __future__ import annotations

from wsgiref.headers import Headers


def add_static_headers(headers: Headers, path: str, url: str) -> None:
    """The one header of a page's that counts for a file: a browser takes it for nothing else."""
    headers["X-Content-Type-Options"] = "nosniff"
