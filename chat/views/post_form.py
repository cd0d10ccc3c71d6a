"""The composer's form: without JavaScript, and until the page's modules have loaded."""

from __future__ import annotations

from functools import partial
from uuid import UUID, uuid4, uuid5

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chat.access.guests import guest_or_new, remember
from chat.live.runtime import runtime
from chat.models import Room
from chat.protocol.errors import BadFrame, ChatError, Conflict, Declined, Held
from chat.protocol.frames import SLUG, Person, parse_seq
from chat.views.http_errors import NoCookie, message_for, refusing, with_status
from chat.views.responses import SeeOther
from chat.views.room_page import PostForm, bad_slug, room_page


@never_cache
@refusing
@require_http_methods(["GET", "HEAD", "POST"])
async def post(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes `body`, the `client_message_id` of the page's form, `reply_to_seq` of a reply and, if
    the page asks for it, `name`; an empty name changes nothing.

    Redirects to the room's page once the message is stored, so that a reload posts nothing. A
    refusal shows the page with the text still in its form and the reason; a message that is held
    shows it with an empty form and a notice. GET redirects to the room.
    """
    if not SLUG.fullmatch(slug):
        return await bad_slug(request, slug)
    room_url = Room(slug=slug).get_absolute_url()
    if request.method != "POST":
        return HttpResponseRedirect(room_url)
    guest, is_new = guest_or_new(request.COOKIES)
    name = request.POST.get("name", "").strip() or guest.name
    body = request.POST.get("body", "").replace("\r\n", "\n").strip()
    posted_id = request.POST.get("client_message_id", "")
    reply_to_seq = parse_seq(request.POST.get("reply_to_seq", ""))
    try:
        if is_new:
            raise NoCookie
        if name != guest.name:
            guest = guest.named(name)
        address = request.META.get("REMOTE_ADDR")
        await _store(slug, guest.person, body, _uuid(posted_id), reply_to_seq, address)
    except Held as error:
        form = PostForm(uuid4(), name, notice=message_for(error))
        return with_status(await room_page(request, slug, guest, form), error)
    except ChatError as error:
        asks_name = "name" in request.POST
        form = PostForm(
            # Under the id of a declined message every other text would be declined as well.
            uuid4() if isinstance(error, Declined) else _kept_id(posted_id),
            name,
            body,
            message_for(error),
            asks_name=asks_name,
            reply_to_seq=reply_to_seq,
        )
        response = await room_page(request, slug, guest, form)
        return with_status(response, error)
    response = SeeOther(room_url)
    remember(guest, request, response)
    return response


async def _store(
    slug: str,
    person: Person,
    body: str,
    form_id: UUID,
    reply_to_seq: int | None,
    address: str | None,
) -> None:
    """Store the message under its form's id. A page from the browser's history or cache may have
    an id that was used for another text: then this is a new message, with an id derived from both,
    so that submitting it twice posts it once."""
    post = partial(
        runtime().posting.post, slug, person, body, address=address, reply_to_seq=reply_to_seq
    )
    try:
        await post(client_message_id=form_id)
    except Conflict:
        await post(client_message_id=uuid5(form_id, body))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadFrame(_("The form was incomplete. Try again.")) from None


def _kept_id(posted_id: str) -> UUID:
    """The form's own id, so that submitting it again posts once; a new one if it had none."""
    try:
        return UUID(posted_id)
    except ValueError:
        return uuid4()
