"""The Content-Security-Policy, with our own sockets in it."""

from __future__ import annotations

from urllib.parse import urlsplit

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class PolicyWithSockets(CSPMiddleware):
    """`'self'` covers ws and wss in CSP 3, but not in Safari before 15.4: they are named too."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        try:
            host = urlsplit(settings.PUBLIC_URL).netloc or request.get_host()
        except DisallowedHost:  # it gets a 400, and connects to nothing
            return parts
        parts.update = {**(parts.update or {}), "connect-src": [f"ws://{host}", f"wss://{host}"]}
        return parts
