"""`python manage.py room_key ROOM`: a new owner link for a room."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.management.cli import readable_errors
from chat.models import LOBBY, Room
from chat.protocol.errors import NotFound
from chat.services.moderation.keys import new_key


class Command(BaseCommand):
    help = (
        "Print a new owner link for ROOM, such as `lobby`. Whoever opens it becomes an owner of the"
        " room; the link before it stops working. It is printed once: only its hash is stored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("room", help="its name in the address")

    def handle(self, *args: Any, **options: Any) -> None:
        slug: str = options["room"]
        with readable_errors("The owner link was not changed."):
            if slug == LOBBY:
                Room.objects.lobby()
            try:
                key = new_key(slug)
            except NotFound:
                raise CommandError(
                    f"There is no room {slug!r}. Use the part of its address after /r/; the room at"
                    " / is called lobby. A room exists from its first message on."
                ) from None
            path = Room.objects.get(slug=slug).get_absolute_url()
        origin = settings.SITE.origins[0] if settings.SITE.origins else ""
        self.stdout.write(f"{origin}{path}#key={key}")
        if not origin:
            self.stderr.write("Put the address of your server in front: PUBLIC_URL is not set.")
