"""The list of rooms, and the form that creates one, with and without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chat.access.guests import guest_or_new, remember
from chat.live.runtime import runtime
from chat.models import Room
from chat.protocol.errors import BadFrame, ChatError, Unavailable
from chat.protocol.frames import MAX_TITLE, parse_seq
from chat.rooms.directory import summaries
from chat.views.http_errors import NoCookie, json_refusal, message_for, refusing, with_status
from chat.views.request_limits import look_up, page_turn
from chat.views.responses import wants_json

MAX_ASKED = 100  # rooms of one request
FRESH = 3  # seconds in which a browser with many tabs asks once; the page asks every 5 at most


@dataclass(frozen=True, slots=True)
class NewRoomForm:
    """What the form is filled in with, and why it was refused."""

    title: str = ""
    unguessable: bool = False
    refusal: str = ""
    taken: Room | None = None


@require_safe
@cache_control(private=True, max_age=FRESH)
@refusing
async def list_rooms(request: HttpRequest) -> HttpResponse:
    """JSON of the listed rooms and of those in `?slug=a&slug=b`.

    `people` is how many are in a room now; null where this process does not know. With `after=`
    for each slug, `unread` is how many messages come after that seq; null where it is empty.
    """
    asked = request.GET.getlist("slug")
    positions = map(parse_seq, request.GET.getlist("after"))
    pairs = zip(asked, positions, strict=False)
    read = {slug: after for slug, after in pairs if after is not None}
    if len(asked) > MAX_ASKED:
        text = _("Ask for at most {limit} rooms at a time.")
        return json_refusal(BadFrame(format_lazy(text, limit=MAX_ASKED)))
    try:
        found = await look_up(request, summaries, asked, read)
    except Unavailable as error:
        return json_refusal(error)
    here = runtime().hubs
    rooms = [msgspec.to_builtins(room) | {"people": here.people_in(room.slug)} for room in found]
    return JsonResponse({"rooms": rooms})


@never_cache
@refusing
@require_http_methods(["GET", "HEAD", "POST"])
async def rooms(request: HttpRequest) -> HttpResponse:
    """The page with the listed rooms, and the form that creates one: `title`, `unguessable`.

    A new room's page shows its owner link, once; one that exists already is offered. A client that
    prefers JSON gets {slug, title, url, is_new}, and `owner_url` of a new one.
    """
    guest, is_new = guest_or_new(request.COOKIES)
    if request.method != "POST":
        response = await _page(request, NewRoomForm())
        await sync_to_async(remember)(guest, request, response)
        return response
    form = NewRoomForm(request.POST.get("title", ""), "unguessable" in request.POST)
    try:
        if is_new:
            raise NoCookie
        room, key = await runtime().posting.open_room(
            guest.person,
            form.title,
            unguessable=form.unguessable,
            address=request.META.get("REMOTE_ADDR"),
        )
    except ChatError as error:
        if wants_json(request):
            return json_refusal(error)
        refused = NewRoomForm(form.title, form.unguessable, refusal=message_for(error))
        return await _page(request, refused, error)
    owner_url = f"{room.get_absolute_url()}#key={key}"
    if wants_json(request):
        made = {"slug": room.slug, "title": room.shown_title, "url": room.get_absolute_url()}
        if key:
            return JsonResponse(made | {"is_new": True, "owner_url": owner_url}, status=201)
        return JsonResponse(made | {"is_new": False})
    if not key:
        taken = NewRoomForm(form.title, form.unguessable, taken=room)
        return await _page(request, taken, status=409)
    context = {"room": room, "owner_link": request.build_absolute_uri(owner_url)}
    return await sync_to_async(render)(request, "chat/room_created.html", context, status=201)


async def _page(
    request: HttpRequest, form: NewRoomForm, error: ChatError | None = None, *, status: int = 200
) -> HttpResponse:
    async with page_turn(request, shows_refusal=error is not None) as turns:
        try:
            listed = await turns.read(summaries, [], {})
        except Unavailable:
            listed, status = None, 503
        context: dict[str, Any] = {"form": form, "rooms": listed, "max_title": MAX_TITLE}
        response = await sync_to_async(render)(request, "chat/rooms.html", context, status=status)
    return with_status(response, error) if error else response
