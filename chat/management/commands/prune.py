"""`python manage.py prune`: delete messages that are older than they are kept."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from chat.management.cli import readable_errors
from chat.models import Room
from chat.services.moderation.erasing import erase_outdated
from chat.services.retention import count_messages, prune_messages


class Command(BaseCommand):
    help = (
        "Delete messages older than RETENTION_DAYS, or than their room's own number of days, and"
        " what moderation keeps for a while only, such as the text of removed messages. Run it once"
        " a day; it is safe while the server runs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="only print what would be deleted"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        work = count_messages if options["dry_run"] else prune_messages
        total, now = 0, timezone.now()
        with readable_errors("Messages deleted so far stay deleted."):
            for room in Room.objects.order_by("slug").iterator():
                before = room.kept_since(now)
                if before is None:
                    continue
                gone = work(room=room, before=before)
                total += gone
                if gone:
                    self.stdout.write(f"{room.slug}: {gone:,} older than {room.kept_days} days")
            if not options["dry_run"]:
                erase_outdated(now)
        done = "would be deleted" if options["dry_run"] else "deleted"
        self.stdout.write(f"{total:,} messages {done}.")
