"""A refusal in an answer over HTTP: its words, its status, and when to come back."""

from __future__ import annotations

import math
from typing import TypeVar

from django.http import HttpResponse
from django.utils.translation import gettext as _

from chat.errors import ChatError

Response = TypeVar("Response", bound=HttpResponse)


def in_words(error: ChatError) -> str:
    """Why, and when to try again."""
    if error.retry_in_ms is None:
        return str(error.detail)
    wait = _("Try again in {seconds} s.").format(seconds=_seconds(error.retry_in_ms))
    return f"{error.detail} {wait}"


def marked(response: Response, error: ChatError) -> Response:
    """`response` with what HTTP says of the refusal."""
    response.status_code = error.http_status
    if error.retry_in_ms is not None:
        response["Retry-After"] = str(_seconds(error.retry_in_ms))
    return response


def _seconds(ms: int) -> int:
    return math.ceil(ms / 1000)
