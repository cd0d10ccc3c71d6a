"""What the answers of several views have in common."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """Whatever the method was, GET that address now (RFC 9110, 15.4.4): a reload posts nothing."""

    status_code = 303


def wants_json(request: HttpRequest) -> bool:
    """Whether the client prefers JSON to a page."""
    return request.get_preferred_type(["text/html", "application/json"]) != "text/html"
