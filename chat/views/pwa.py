"""What a browser needs to install the chat: manifest, service worker, and an offline page.

The worker caches only files whose names contain a hash of their content. With DEBUG static files
have no hashes and there is no worker, so nothing can become stale.
"""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path
from typing import cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin, staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi, gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from chat.views.http_errors import refusing
from chat.views.request_limits import page_turn

LIGHT, DARK = "#fefefc", "#1c2326"  # --color-surface of tokens.css and dark.css
KEPT = [
    *["chat/css/chat.css", "chat/css/dark.css"],
    *["chat/favicon.svg", "chat/icons.svg", "chat/icon-192.png"],
]
MODULES = "chat/js/"


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest (W3C Application Manifest)."""
    root = reverse("lobby")
    icons = [
        ("chat/icon.svg", "any", "any"),
        ("chat/icon-192.png", "192x192", "any"),
        ("chat/icon-512.png", "512x512", "any"),
        ("chat/icon-maskable.svg", "any", "maskable"),
        ("chat/icon-maskable-512.png", "512x512", "maskable"),
    ]
    content = {
        "id": root,
        "name": gettext("Chat"),
        "short_name": gettext("Chat"),
        "description": gettext("Open a link and talk."),
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": root,
        "scope": root,
        "display": "standalone",
        "background_color": LIGHT,
        "theme_color": LIGHT,
        "icons": [
            {
                "src": static(path),
                "sizes": sizes,
                "type": "image/svg+xml" if path.endswith(".svg") else "image/png",
                "purpose": purpose,
            }
            for path, sizes, purpose in icons
        ],
        "share_target": {
            "action": root,
            "method": "GET",
            "enctype": "application/x-www-form-urlencoded",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
    }
    return JsonResponse(content, content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: the files of this build, and the script that caches them."""
    if not (files := kept_files()):
        raise Http404("Static files have no hashes; there is nothing to cache.")
    shell = {
        "build": build(),
        "root": reverse("lobby"),
        "offline": reverse("offline"),
        "files": [staticfiles_storage.url(name) for name in files],
    }
    script = json.dumps(static("chat/worker.js"))
    return HttpResponse(
        f"self.shell = {json.dumps(shell)};\nimportScripts({script});\n",
        content_type="text/javascript",
    )


@refusing
@require_safe
async def offline(request: HttpRequest) -> HttpResponse:
    """What the worker shows offline for a room that it has not cached."""
    async with page_turn(request):
        return await sync_to_async(render)(request, "chat/offline.html")


@functools.cache
def build() -> str | None:
    """Changes whenever a template or a static file does; None where nothing is cached."""
    if not (files := kept_files()):
        return None
    digest = hashlib.sha256("\n".join(files.values()).encode())
    for folder in cast("list[Path]", settings.TEMPLATES[0]["DIRS"]):
        for template in sorted(Path(folder).rglob("*.html")):
            digest.update(template.read_bytes())
    return digest.hexdigest()[:16]


def kept_files() -> dict[str, str]:
    """The static files that the page needs: their names, and those with hashes."""
    if settings.DEBUG:
        return {}
    hashed = cast("ManifestFilesMixin", staticfiles_storage).hashed_files
    return {
        name: hashed[name] for name in sorted(hashed) if name in KEPT or name.startswith(MODULES)
    }
