"""What can be done with messages without JavaScript: a page for one message, with plain forms to
react to it, and to edit or delete one's own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chat.access.guests import guest_from, guest_or_new
from chat.drawn_messages import DrawnMessage, drawn_messages
from chat.emoji import emoji_name
from chat.live.runtime import runtime
from chat.models import Message, Reaction, Room, title_for_reader
from chat.protocol.errors import ChatError, NotFound, Unavailable
from chat.protocol.frames import MAX_SEQ, SLUG, Person, parse_seq
from chat.views.http_errors import NoCookie, message_for, refusing, with_status
from chat.views.request_limits import page_turn
from chat.views.responses import SeeOther
from chat.views.room_page import bad_slug

USUAL_REACTIONS = ("👍", "❤️", "😂", "🎉", "😮", "😢")

Act = Callable[[Person, str | None], Awaitable[int]]  # of an author, from an address


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form was refused, and the text of an edit, which stays in it."""

    reason: str
    body: str | None = None


@never_cache
@refusing
@require_safe
async def message(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """The page of the message at `seq`."""
    if not SLUG.fullmatch(slug):
        return await bad_slug(request, slug)
    try:
        return await _page(request, slug, seq)
    except (NotFound, Unavailable) as error:
        response = await _page(request, slug, seq, Refused(message_for(error)))
        return with_status(response, error)


@never_cache
@refusing
@require_http_methods(["GET", "HEAD", "POST"])
async def edit(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """Takes `body`. A refusal shows it in its form."""
    body = request.POST.get("body", "").replace("\r\n", "\n").strip()

    async def act(author: Person, address: str | None) -> int:
        return await runtime().posting.edit(slug, author, seq, body, address=address)

    return await _changed(request, slug, seq, act, body)


@never_cache
@refusing
@require_http_methods(["GET", "HEAD", "POST"])
async def delete(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """Takes nothing but the address."""

    async def act(author: Person, address: str | None) -> int:
        return await runtime().posting.delete(slug, author, seq, address=address)

    return await _changed(request, slug, seq, act)


@never_cache
@refusing
@require_http_methods(["GET", "HEAD", "POST"])
async def react(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """Takes the emoji as `set` or as `remove`."""
    emoji, on = request.POST.get("set", ""), True
    if not emoji:
        emoji, on = request.POST.get("remove", ""), False

    async def act(author: Person, address: str | None) -> int:
        return await runtime().posting.react(slug, author, seq, emoji, on=on, address=address)

    return await _changed(request, slug, seq, act)


async def _changed(
    request: HttpRequest, slug: str, seq: int, act: Act, body: str | None = None
) -> HttpResponse:
    """Redirects to the message in the room's page once the change is stored, so that a reload
    changes nothing. A refusal shows the message's page with the reason. GET redirects there."""
    if not SLUG.fullmatch(slug):
        return await bad_slug(request, slug)
    place = _place(request, slug, seq)
    if request.method != "POST":
        return HttpResponseRedirect(place)
    guest, is_new = guest_or_new(request.COOKIES)
    try:
        if is_new:
            raise NoCookie
        if seq > MAX_SEQ:
            raise NotFound
        await act(guest.person, request.META.get("REMOTE_ADDR"))
    except ChatError as error:
        refused = Refused(message_for(error), body)
        return with_status(await _page(request, slug, seq, refused), error)
    return SeeOther(place)


def _place(request: HttpRequest, slug: str, seq: int) -> str:
    """The message in the page of the room that the reader came from."""
    return f"{Room(slug=slug).get_absolute_url()}{_at(request)}#{seq}"


def _at(request: HttpRequest) -> str:
    """Where that page begins, as a query."""
    at = parse_seq(request.GET.get("at", ""))
    return "" if at is None else f"?at={at}"


class Stored(NamedTuple):
    """A message, and the emoji with which the reader reacted to it."""

    drawn: DrawnMessage
    my_reactions: set[str]


async def _page(
    request: HttpRequest, slug: str, seq: int, refused: Refused | None = None
) -> HttpResponse:
    """The page of the message at `seq`. Raises TooFast; without `refused` also NotFound and
    Unavailable."""
    guest = guest_from(request.COOKIES)
    author_id = guest.person.author_id if guest else ""
    async with page_turn(request, shows_refusal=refused is not None) as turns:
        try:
            stored = await turns.read(_read, slug, seq, author_id)
        except (NotFound, Unavailable):
            if refused is None:
                raise
            stored = None
        return await sync_to_async(_rendered)(request, slug, seq, author_id, stored, refused)


def _read(slug: str, seq: int, author_id: str) -> Stored:
    found = Message.objects.filter(room__slug=slug, seq=seq).select_related("room").first()
    if found is None:
        raise NotFound
    mine = Reaction.objects.filter(message=found, author_id=author_id)
    [drawn] = drawn_messages([found])
    return Stored(drawn, set(mine.values_list("emoji", flat=True)))


def _rendered(
    request: HttpRequest,
    slug: str,
    seq: int,
    author_id: str,
    stored: Stored | None,
    refused: Refused | None,
) -> HttpResponse:
    room = Room(slug=slug)
    context = {
        "seq": seq,
        "at": _at(request),
        "back": _place(request, slug, seq),
        "reader_id": author_id,
        "body": refused.body if refused else None,
        "refusal": refused.reason if refused else "",
    }
    if stored:
        found = stored.drawn.row.message
        room = found.room
        if not found.deleted_at:
            context["choices"] = _choices(stored)
            context["is_mine"] = is_mine = found.author_id == author_id
            if context["body"] is None and is_mine and found.can_be_edited(timezone.now()):
                context["body"] = found.body
        context["drawn"] = stored.drawn
    context["room"] = {
        "slug": slug,
        "title": title_for_reader(room.shown_title, slug),
        "url": room.get_absolute_url(),
    }
    return render(request, "chat/message.html", context)


def _choices(stored: Stored) -> list[tuple[str, str, bool]]:
    """Reactions to set or to remove: the emoji, its name, and whether it is the reader's."""
    present = (each.emoji for each in stored.drawn.reactions)
    language = get_language() or "en"
    return [
        (emoji, emoji_name(emoji, language), emoji in stored.my_reactions)
        for emoji in dict.fromkeys([*USUAL_REACTIONS, *present])
    ]
