"""Where in a room's log something lies, for a reader who wants to go there. Reads only."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat.access.guests import guest_from, guest_or_new
from chat.models import Message
from chat.protocol.errors import Unavailable
from chat.protocol.frames import SLUG
from chat.views.message_rows import PostForm
from chat.views.refusals import refusing
from chat.views.request_limits import look_up
from chat.views.room_page import address_of, bad_slug, room_page

MOST_MISSED = 1_000  # messages counted; past that it says that there are more


@never_cache
@refusing
@require_safe
async def by_date(request: HttpRequest, slug: str) -> HttpResponse:
    """The first message of the day or moment `date` or later, by its `seq`; null if there is none.

    `date` is RFC 3339: a moment, or a day, which begins at midnight UTC. Who asks for a page, not
    for JSON, is sent to the room's page, opened there.
    """
    if not SLUG.fullmatch(slug):
        return await bad_slug(request, slug)
    moment = _moment(request.GET.get("date", ""))
    if moment is None:
        return await _not_found(
            request, slug, "bad_date", gettext("That is not a valid date."), 400
        )
    try:
        found = await look_up(request, _room(slug).first_posted_since, moment)
    except Unavailable as error:
        return await _not_found(request, slug, error.code, str(error.detail), error.http_status)
    if _wants_page(request):
        place = f"?at={found.seq}#{found.seq}" if found else ""
        return HttpResponseRedirect(address_of(slug) + place)
    answer = {"seq": found.seq, "posted_at": found.as_frame().posted_at} if found else {"seq": None}
    return JsonResponse(answer)


@never_cache
@refusing
@require_safe
async def unread_count(request: HttpRequest, slug: str) -> HttpResponse:
    """What others have said after the seq `after`: the first one's `seq`, or null, and `count`."""
    if not SLUG.fullmatch(slug):
        return await bad_slug(request, slug)
    after = request.GET.get("after", "")
    if not (after.isascii() and after.isdigit() and len(after) <= 15):
        return _refusal("bad_seq", gettext("That is not a message number."), 400)
    guest = guest_from(request.COOKIES)
    try:
        author_id = guest.person.author_id if guest else ""
        answer = await look_up(request, _missed, slug, int(after), author_id)
    except Unavailable as error:
        return _refusal(error.code, str(error.detail), error.http_status)
    return JsonResponse(answer)


def _wants_page(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "text/html"


async def _not_found(
    request: HttpRequest, slug: str, code: str, detail: str, status: int
) -> HttpResponse:
    """Why no place can be told: to who asks for a page, beside the form that asked."""
    if not _wants_page(request):
        return _refusal(code, detail, status)
    guest, _ = guest_or_new(request.COOKIES)
    attempt = PostForm(uuid4(), guest.name, date_refusal=detail)
    page = await room_page(request, slug, guest, attempt)
    page.status_code = status
    return page


def _missed(slug: str, after: int, reader: str) -> dict[str, Any]:
    theirs = _room(slug).since(after + 1).exclude(author_id=reader).values_list("seq", flat=True)
    seqs = list(theirs[: MOST_MISSED + 1])
    return {
        "seq": seqs[0] if seqs else None,
        "count": min(len(seqs), MOST_MISSED),
        "more": len(seqs) > MOST_MISSED,
    }


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


def _refusal(code: str, detail: str, status: int) -> JsonResponse:
    return JsonResponse({"code": code, "detail": detail}, status=status)
