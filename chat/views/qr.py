"""A room's link as a QR code, to open it on a phone."""

from __future__ import annotations

from io import BytesIO

import segno
from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from chat.models import Room
from chat.protocol.frames import SLUG
from chat.views.http_errors import refusing
from chat.views.invitation import invitation
from chat.views.request_limits import lookup_turn
from chat.views.room_page import bad_slug

DAY = 24 * 3600  # seconds
QUIET_ZONE = 4  # modules around the code (ISO/IEC 18004)


@refusing
@require_safe
@cache_control(public=True, max_age=DAY)
async def qr(request: HttpRequest, slug: str) -> HttpResponse:
    """`?scheme=https` comes from a page that was loaded over https through a proxy that does not
    forward the scheme. Black on white in dark mode too: many cameras read nothing else."""
    if not SLUG.fullmatch(slug):
        return await bad_slug(request, slug)
    async with lookup_turn(request):
        return await sync_to_async(_picture)(request, slug)


def _picture(request: HttpRequest, slug: str) -> HttpResponse:
    origin = invitation(request).origin
    path = Room(slug=slug).get_absolute_url()
    link = f"{origin}{path}" if origin else request.build_absolute_uri(path)
    if not origin and request.GET.get("scheme") == "https":
        link = f"https:{link.partition(':')[2]}"
    picture = BytesIO()
    segno.make(link, error="m", micro=False).save(
        picture, kind="svg", border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True
    )
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")
