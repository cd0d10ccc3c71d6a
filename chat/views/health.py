"""What a proxy or a supervisor asks: is this process alive, and should it get visitors?"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from chat import database
from chat.draining import draining
from chat.errors import Unavailable
from chat.models import LOBBY, Room


@never_cache
async def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the event loop turns; and which version this is."""
    return JsonResponse({"status": "alive", "version": settings.VERSION})


@never_cache
async def readyz(request: HttpRequest) -> JsonResponse:
    """200 when visitors are welcome, else 503 and why."""
    if draining().has_begun:
        return JsonResponse({"status": "draining"}, status=503)
    try:
        await database.read(Room.objects.heads, [LOBBY])
    except Unavailable:
        return JsonResponse({"status": "database unavailable"}, status=503)
    return JsonResponse({"status": "ready"})
