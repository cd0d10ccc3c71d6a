"""A room's page: the latest messages and a form to post one, which the page's modules enhance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID, uuid4

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat.access.guests import Guest, guest_or_new, remember
from chat.drawn_messages import Quote, quote_of
from chat.models import LOBBY, Room, title_for_reader
from chat.protocol.errors import Unavailable
from chat.protocol.frames import MAX_TITLE, SLUG, parse_seq
from chat.rooms.directory import listed_rooms, listed_slugs
from chat.rooms.titles import is_unguessable
from chat.views.emoji_picker import emoji_url
from chat.views.http_errors import refusing
from chat.views.invitation import invitation
from chat.views.message_page import MessagePage, message_page
from chat.views.pwa import build
from chat.views.request_limits import page_turn


@dataclass(frozen=True, slots=True)
class PostForm:
    """What the page's forms are filled in with. The id goes with the text: submitted twice, it is
    posted once."""

    client_message_id: UUID
    name: str
    body: str = ""
    refusal: str = ""
    notice: str = ""  # what became of the text that was sent before
    asks_name: bool = False  # the name is an open field: a first visit, or a form that had one
    reply_to_seq: int | None = None
    date_refusal: str = ""  # of the form that jumps to a day


async def lobby(request: HttpRequest) -> HttpResponse:
    """The room at `/`."""
    return await room(request, LOBBY)


@never_cache
@refusing
@require_safe
async def room(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a room, which need not exist yet: it is created with its first message."""
    if not SLUG.fullmatch(slug):
        return await bad_slug(request, slug)
    guest, is_new = guest_or_new(request.COOKIES)
    reply_to_seq = parse_seq(request.GET.get("reply", ""))
    form = PostForm(uuid4(), guest.name, reply_to_seq=reply_to_seq, asks_name=is_new)
    return await room_page(request, slug, guest, form)


async def bad_slug(request: HttpRequest, slug: str) -> HttpResponse:
    """The page for a slug that no room can have. Raises TooFast."""
    async with page_turn(request):
        page = "chat/bad_slug.html"
        return await sync_to_async(render)(request, page, {"slug": slug}, status=404)


async def room_page(request: HttpRequest, slug: str, guest: Guest, form: PostForm) -> HttpResponse:
    """The page for `guest`, its forms filled in from `form`. Raises TooFast.

    Without the database the page has no messages, and connects once the database is back.
    """
    at = parse_seq(request.GET.get("at", ""))
    async with page_turn(request, shows_refusal=bool(form.refusal)) as turns:
        try:
            stored = await turns.read(_read, slug, at, form.reply_to_seq)
        except Unavailable:
            stored = Stored(Room(slug=slug), None, is_private=False, listed=[], quote=None)
        return await sync_to_async(_rendered)(request, stored, guest, form)


class Stored(NamedTuple):
    """What a room's page needs from the database; `page` is None where it is away."""

    room: Room
    page: MessagePage | None
    is_private: bool
    listed: list[Room]
    quote: Quote | None  # of what the form replies to


def _read(slug: str, at: int | None, reply_to_seq: int | None) -> Stored:
    here = Room.objects.filter(slug=slug).first() or Room(slug=slug)
    is_private = is_unguessable(slug) and slug not in listed_slugs()
    quote = None if reply_to_seq is None else quote_of(slug, reply_to_seq)
    return Stored(here, message_page(slug, at), is_private, listed_rooms(), quote)


def _rendered(request: HttpRequest, stored: Stored, guest: Guest, form: PostForm) -> HttpResponse:
    here, page, is_private, listed, quote = stored
    slug = here.slug
    shown = {"slug": slug, "title": title_for_reader(here.shown_title, slug)}
    root = reverse("lobby")
    path = here.get_absolute_url()
    inviting = invitation(request)
    config = {
        "socket_url": f"{root}ws" if slug == LOBBY else f"{root}ws/{slug}",
        "name_url": reverse("name"),
        "at_url": reverse("by_date", args=[slug]),
        "missed_url": reverse("unread_count", args=[slug]),
        "reactions_url": reverse("reactions", args=[slug]),
        "rooms_url": reverse("list_rooms"),
        "room_url": Room(slug="SLUG").get_absolute_url(),
        "lobby": {
            "slug": LOBBY,
            "title": Room(slug=LOBBY).shown_title,
            "url": Room(slug=LOBBY).get_absolute_url(),
        },
        # A cache key: the code holds the origin, and is cached for a day.
        "qr_url": reverse("qr", args=[slug], query={"origin": inviting.origin}),
        "invite_origin": inviting.origin,
        "emoji_url": emoji_url(get_language()),
        "worker_url": reverse("worker"),
        "root": root,
        "address": path,
        "build": build(),
        "edit_minutes": settings.EDIT_MINUTES,
        "csrf_token": get_token(request),
        "room": shown,
        "site_storage_key": f"chat:{root}",
    }
    origin = inviting.origin or f"{request.scheme}://{request.get_host()}"
    seen = shown | {
        "kept_days": here.kept_days,
        "url": path,
        "link": f"{origin}{path}",
        "is_private": is_private,
    }
    context = {
        "room": seen,
        "config": config,
        "invitation": inviting,
        "page": page,
        "reader_id": guest.person.author_id,
        "form": form,
        "quote": quote,
        "rooms": listed,
        "max_title": MAX_TITLE,
    }
    status = 503 if page is None else 200
    response = render(request, "chat/room.html", context, status=status)
    remember(guest, request, response)
    return response
