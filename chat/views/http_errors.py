"""Refusals over HTTP: a ChatError as JSON, plain text or a page's status, and the page for what
Django refuses before any view sees it.
"""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.access.rate_limits import PAGES, TOO_MANY_REQUESTS, people_limit
from chat.protocol.errors import BadFrame, ChatError, TooFast

logger = logging.getLogger(__name__)

Response = TypeVar("Response", bound=HttpResponse)
View = Callable[..., Coroutine[Any, Any, HttpResponse]]

LONGEST_HOST = 100  # characters that are shown
RETRYABLE = {429, 503}
MINUTE, HOUR, DAY = 60, 3600, 24 * 3600  # seconds
MOST_LOGGED = 20  # hosts per process: anyone can send any number of them

# Not the limit of the other pages: Django calls this in a thread, which has no event loop.
pages = people_limit(lambda: PAGES, TOO_MANY_REQUESTS)
_logged: set[str] = set()


class NoCookie(BadFrame):
    """A form came without a guest's cookie: a new author for each would have no rate limit."""

    detail = gettext_lazy(
        "Your browser did not send its cookie. Allow cookies for this site and try again."
    )


def refusing(view: View) -> View:
    """Answer TooFast, unless the view does, with plain text and Retry-After: rendering a page
    would cost what the refusal saves."""

    @functools.wraps(view)
    async def refuse_or_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return await view(request, *args, **kwargs)
        except TooFast as error:
            return text_refusal(error)

    return refuse_or_view


def text_refusal(error: ChatError) -> HttpResponse:
    """The refusal as plain text."""
    plain = HttpResponse(message_for(error), content_type="text/plain; charset=utf-8")
    return with_status(plain, error)


def json_refusal(error: ChatError) -> JsonResponse:
    """The refusal as an `error` frame has it, with a detail in the reader's language."""
    refusal = {"code": error.code, "detail": message_for(error), "retry_in_ms": error.retry_in_ms}
    return with_status(JsonResponse(refusal), error)


def message_for(error: ChatError) -> str:
    """The reason, and when to try again."""
    if error.retry_in_ms is None:
        return str(error.detail)
    return f"{error.detail} {_when(_seconds(error.retry_in_ms))}"


def with_status(response: Response, error: ChatError) -> Response:
    """`response` with the status and the Retry-After of the refusal. Where somebody is forbidden to
    write, until a time or for good, there is none: clients would retry and say nothing."""
    response.status_code = error.http_status
    if error.retry_in_ms is not None and error.http_status in RETRYABLE:
        response["Retry-After"] = str(_seconds(error.retry_in_ms))
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400. Names a host that is not in ALLOWED_HOSTS, and that setting."""
    host = _host_of(request) if isinstance(exception, DisallowedHost) else ""
    if host and host not in _logged and len(_logged) < MOST_LOGGED:
        _logged.add(host)
        logger.warning("Refused a request for the host %s, which is not in ALLOWED_HOSTS", host)
    try:
        pages.take(request.META.get("REMOTE_ADDR"))
    except TooFast as error:
        return text_refusal(error)
    return render(request, "400.html", {"host": host}, status=400)


def _host_of(request: HttpRequest) -> str:
    """Without its port; empty if it is not a host name, which no setting could allow."""
    host, _ = split_domain_port(request.META.get("HTTP_HOST", ""))
    return host if len(host) <= LONGEST_HOST else f"{host[:LONGEST_HOST]}..."


def _seconds(ms: int) -> int:
    return math.ceil(ms / 1000)


def _when(seconds: int) -> str:
    if seconds < 2 * MINUTE:
        return _("Try again in {seconds} s.").format(seconds=seconds)
    if seconds < 2 * HOUR:
        return _("Try again in {minutes} min.").format(minutes=math.ceil(seconds / MINUTE))
    if seconds < 2 * DAY:
        return _("Try again in {hours} h.").format(hours=math.ceil(seconds / HOUR))
    date = timezone.now() + timedelta(seconds=seconds)
    return _("Try again after {date}.").format(date=date_format(date))
