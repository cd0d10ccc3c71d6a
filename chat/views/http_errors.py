"""The page for a request that Django refuses before any view sees it."""

from __future__ import annotations

import logging

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render

from chat.access.rate_limits import PAGES, TOO_MANY_REQUESTS, people_limit
from chat.protocol.errors import TooFast
from chat.views.refusals import message_for, with_status

logger = logging.getLogger(__name__)

LONGEST_HOST = 100  # characters that are shown
MOST_LOGGED = 20  # hosts per process: anyone can send any number of them

# Of its own: Django calls this in a thread, where no event loop has the pace of the other pages.
pages = people_limit(lambda: PAGES, TOO_MANY_REQUESTS)
_logged: set[str] = set()


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """For a host that is not in ALLOWED_HOSTS it names the host and that setting."""
    host = _host_of(request) if isinstance(exception, DisallowedHost) else ""
    if host and host not in _logged and len(_logged) < MOST_LOGGED:
        _logged.add(host)
        logger.warning("Refused a request for the host %s, which is not in ALLOWED_HOSTS", host)
    try:
        pages.take(request.META.get("REMOTE_ADDR"))
    except TooFast as error:
        plain = HttpResponse(message_for(error), content_type="text/plain; charset=utf-8")
        return with_status(plain, error)
    return render(request, "400.html", {"host": host}, status=400)


def _host_of(request: HttpRequest) -> str:
    """Without its port; empty for what is no host name, which no setting could allow."""
    host, _ = split_domain_port(request.META.get("HTTP_HOST", ""))
    return host if len(host) <= LONGEST_HOST else f"{host[:LONGEST_HOST]}..."
