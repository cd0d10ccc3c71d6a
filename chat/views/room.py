"""A room's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat.identity import guest_from, new_guest, remember
from chat.models import LOBBY, Room
from chat.protocol import SLUG


def lobby(request: HttpRequest) -> HttpResponse:
    """The room at `/`."""
    return room(request, LOBBY)


@never_cache
@require_safe
def room(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a room, which need not exist yet: it begins with its first message."""
    if not SLUG.fullmatch(slug):
        return render(request, "chat/bad_slug.html", {"slug": slug}, status=404)
    root = reverse("lobby")
    here = Room.objects.filter(slug=slug).first() or Room(slug=slug)
    shown = {"slug": slug, "title": here.shown_title}
    config = {
        "socket_url": f"{root}ws" if slug == LOBBY else f"{root}ws/{slug}",
        "name_url": reverse("name"),
        "csrf_token": get_token(request),
        "room": shown,
        "storage_key": f"chat:{root}:{slug}",
    }
    response = render(request, "chat/room.html", {"room": shown, "config": config})
    remember(guest_from(request.COOKIES) or new_guest(), request, response)
    return response
