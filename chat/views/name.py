"""Saves a guest's new name in their cookie. The room gets it over the socket."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from chat.access.guests import guest_or_new, remember
from chat.protocol.errors import BadName
from chat.views.http_errors import json_refusal, refusing
from chat.views.request_limits import limit_lookups


@refusing
@require_POST
async def set_name(request: HttpRequest) -> HttpResponse:
    """Takes the form field `name`; responds with the normalised name, or a refusal."""
    await limit_lookups(request)
    guest, _ = guest_or_new(request.COOKIES)
    try:
        guest = guest.named(request.POST.get("name", ""))
    except BadName as error:
        return json_refusal(error)
    response = JsonResponse({"name": guest.name})
    remember(guest, request, response)
    return response
