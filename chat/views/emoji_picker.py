"""The emoji for the page's picker and for completing `:names:`, in the page's language."""

from __future__ import annotations

import functools
import json
from importlib.metadata import version

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from chat.views.emoji_catalog import emoji_catalog
from chat.views.http_errors import refusing
from chat.views.pwa import build
from chat.views.request_limits import lookup_turn

MONTH = 30 * 24 * 3600  # seconds


@refusing
@require_safe
@cache_control(public=True, max_age=MONTH, immutable=True)
async def emoji(request: HttpRequest, language: str) -> HttpResponse:
    """{groups: [[title, [[emoji, name, shortcodes, light, version], ...]], ...], tones}, as in
    emoji_catalog.py."""
    if language not in dict(settings.LANGUAGES):
        raise Http404("The chat is not in that language.")
    async with lookup_turn(request):
        return HttpResponse(
            await sync_to_async(_encoded)(language), content_type="application/json"
        )


def emoji_url(language: str) -> str:
    """The address changes with the data and with the modules that read it, so browsers may keep
    what it answers."""
    versions = {"data": _data_version(), "build": build()}
    return reverse("emoji", args=[language], query={k: v for k, v in versions.items() if v})


@functools.cache
def _encoded(language: str) -> bytes:
    catalog = emoji_catalog(language)._asdict()
    return json.dumps(catalog, ensure_ascii=False, separators=(",", ":")).encode()


@functools.cache
def _data_version() -> str:
    return version("emoji")
