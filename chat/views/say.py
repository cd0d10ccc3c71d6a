"""Say something without JavaScript: the same door as the socket's, and back to the page."""

from __future__ import annotations

from uuid import UUID, uuid4

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chat.commands import say_unconnected
from chat.errors import BadFrame, ChatError, Conflict
from chat.identity import guest_from, new_guest, remember
from chat.protocol import SLUG
from chat.views.plain import Attempt
from chat.views.refusals import in_words, marked, refusing
from chat.views.room import address_of, bad_slug, room_page

NO_COOKIE = gettext_noop(
    "Your browser did not send its cookie. Allow cookies for this site and send again."
)
USED = gettext_noop(
    "You already sent something else with this form. Send again to say this as well."
)


@never_cache
@refusing
@require_http_methods(["GET", "HEAD", "POST"])
async def say(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes `body`, `name` and the `client_message_id` that the page made.

    Answers with the room's page: by a redirect once the message is stored, so that a reload
    posts nothing, else with the form as it was and why not. Who comes back to that address is
    led to the room.
    """
    if not SLUG.fullmatch(slug):
        return await sync_to_async(bad_slug)(request, slug)
    if request.method != "POST":
        return HttpResponseRedirect(address_of(slug))
    known = guest_from(request.COOKIES)
    guest = known or new_guest()
    name = request.POST.get("name", guest.name)
    body = request.POST.get("body", "").replace("\r\n", "\n").strip()
    posted_id = request.POST.get("client_message_id", "")
    try:
        if known is None:  # a new author for each post would have no rate at all
            raise BadFrame(_(NO_COOKIE))
        if name != guest.name:
            guest = guest.named(name)
        address = request.META.get("REMOTE_ADDR")
        await say_unconnected(slug, guest.person, body, _uuid(posted_id), address=address)
    except ChatError as error:
        attempt = Attempt(_id_after(error, posted_id), name, body, _in_words(error))
        response = await room_page(request, slug, guest, attempt)
        return marked(response, error)
    response = HttpResponseRedirect(address_of(slug))
    response.status_code = 303  # See Other (RFC 9110, 15.4.4): whatever the method, now GET
    remember(guest, request, response)
    return response


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadFrame(_("The form was incomplete. Send again.")) from None


def _id_after(error: ChatError, posted_id: str) -> UUID:
    """The same while the text was not stored; another where this one is spent, or never was."""
    try:
        return uuid4() if isinstance(error, Conflict) else UUID(posted_id)
    except ValueError:
        return uuid4()


def _in_words(error: ChatError) -> str:
    if isinstance(error, Conflict):
        return _(USED)
    return in_words(error)
