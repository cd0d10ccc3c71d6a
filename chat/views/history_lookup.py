"""Looks up what a room's log has: messages by date, unread ones, who reacted. Reads only."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat.access.guests import guest_from, guest_or_new
from chat.models import Message, Reaction, Room
from chat.protocol.errors import ChatError, Unavailable
from chat.protocol.frames import SLUG, parse_seq
from chat.views.http_errors import json_refusal, message_for, refusing, with_status
from chat.views.request_limits import look_up
from chat.views.responses import wants_json
from chat.views.room_page import PostForm, bad_slug, room_page

MAX_UNREAD = 1_000  # messages that are counted; `more` says whether there are others
MAX_NAMES = 100  # people listed with each kind of reaction; `count` is of all


class BadDate(ChatError):
    """The text is neither a day nor a moment."""

    code = "bad_date"
    detail = _("That is not a valid date.")


class BadSeq(ChatError):
    """The text is not a message's number."""

    code = "bad_seq"
    detail = _("That is not a valid message number.")


@never_cache
@refusing
@require_safe
async def by_date(request: HttpRequest, slug: str) -> HttpResponse:
    """The `seq` of the first message at `date` or later; null if there is none.

    `date` is RFC 3339: a moment, or a day, which starts at midnight UTC. A client that does not
    prefer JSON is redirected to the room's page at that message.
    """
    if not SLUG.fullmatch(slug):
        return await bad_slug(request, slug)
    moment = _moment(request.GET.get("date", ""))
    if moment is None:
        return await _refused(request, slug, BadDate())
    try:
        found = await look_up(request, _room(slug).first_posted_since, moment)
    except Unavailable as error:
        return await _refused(request, slug, error)
    if not wants_json(request):
        place = f"?at={found.seq}#{found.seq}" if found else ""
        return HttpResponseRedirect(Room(slug=slug).get_absolute_url() + place)
    answer = {"seq": found.seq, "posted_at": found.as_frame().posted_at} if found else {"seq": None}
    return JsonResponse(answer)


@never_cache
@refusing
@require_safe
async def unread_count(request: HttpRequest, slug: str) -> HttpResponse:
    """Others' messages after the seq `after`, but for deleted ones: the `seq` of the first, or
    null, and `count`."""
    if not SLUG.fullmatch(slug):
        return await bad_slug(request, slug)
    after = parse_seq(request.GET.get("after", ""))
    if after is None:
        return json_refusal(BadSeq())
    guest = guest_from(request.COOKIES)
    try:
        author_id = guest.person.author_id if guest else ""
        answer = await look_up(request, _unread, slug, after, author_id)
    except Unavailable as error:
        return json_refusal(error)
    return JsonResponse(answer)


@never_cache
@refusing
@require_safe
async def reactions(request: HttpRequest, slug: str) -> HttpResponse:
    """Who reacted to the message at `seq`: [{emoji, count, names}], as in its `reactions`."""
    if not SLUG.fullmatch(slug):
        return await bad_slug(request, slug)
    seq = parse_seq(request.GET.get("seq", ""))
    if seq is None:
        return json_refusal(BadSeq())
    try:
        answer = await look_up(request, _reactions, slug, seq)
    except Unavailable as error:
        return json_refusal(error)
    return JsonResponse({"reactions": answer})


async def _refused(request: HttpRequest, slug: str, error: ChatError) -> HttpResponse:
    """As JSON, or in the room's page beside the form that asked."""
    if wants_json(request):
        return json_refusal(error)
    guest, _ = guest_or_new(request.COOKIES)
    form = PostForm(uuid4(), guest.name, date_refusal=message_for(error))
    return with_status(await room_page(request, slug, guest, form), error)


def _unread(slug: str, after: int, reader: str) -> dict[str, Any]:
    unread = _room(slug).since(after + 1).exclude(author_id=reader).filter(deleted_at=None)
    seqs = list(unread.values_list("seq", flat=True)[: MAX_UNREAD + 1])
    return {
        "seq": seqs[0] if seqs else None,
        "count": min(len(seqs), MAX_UNREAD),
        "more": len(seqs) > MAX_UNREAD,
    }


def _reactions(slug: str, seq: int) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    # A removed message may be restored, so its reactions are stored still.
    theirs = Reaction.objects.filter(
        message__room__slug=slug, message__seq=seq, message__deleted_at=None
    )
    for each in theirs.first_of_each(MAX_NAMES):
        kind = {"emoji": each.emoji, "count": each.total, "names": []}
        found.setdefault(each.emoji, kind)["names"].append(each.author_name)
    return list(found.values())


def _room(slug: str) -> Any:
    return Message.objects.filter(room__slug=slug)


def _moment(text: str) -> datetime | None:
    try:
        if day := parse_date(text):
            return datetime.combine(day, time(), UTC)
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment and moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment
