"""A refusal in an answer over HTTP: its words, its status, and when to come back."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from chat.protocol.errors import ChatError, TooFast

Response = TypeVar("Response", bound=HttpResponse)
View = Callable[..., Coroutine[Any, Any, HttpResponse]]


def message_for(error: ChatError) -> str:
    """Why, and when to try again."""
    if error.retry_in_ms is None:
        return str(error.detail)
    wait = _("Try again in {seconds} s.").format(seconds=_seconds(error.retry_in_ms))
    return f"{error.detail} {wait}"


def with_status(response: Response, error: ChatError) -> Response:
    """`response` with what HTTP says of the refusal."""
    response.status_code = error.http_status
    if error.retry_in_ms is not None:
        response["Retry-After"] = str(_seconds(error.retry_in_ms))
    return response


def refusing(view: View) -> View:
    """Answer TooFast, where the view does not, with one plain sentence and its Retry-After: a page
    around it would cost what the refusal saves."""

    @functools.wraps(view)
    async def refuse_or_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return await view(request, *args, **kwargs)
        except TooFast as error:
            plain = HttpResponse(message_for(error), content_type="text/plain; charset=utf-8")
            return with_status(plain, error)

    return refuse_or_view


def _seconds(ms: int) -> int:
    return math.ceil(ms / 1000)
