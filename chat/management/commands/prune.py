"""`python manage.py prune`: delete the messages that were kept for long enough."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from chat.management.cli import readable_errors
from chat.models import Room
from chat.services.retention import count_messages, prune_messages


class Command(BaseCommand):
    help = (
        "Delete messages older than RETENTION_DAYS, or than their room's own number of days. Safe"
        " at any time, and to run once a day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        work = count_messages if options["dry_run"] else prune_messages
        total, now = 0, timezone.now()
        with readable_errors("What was deleted until now stays deleted."):
            for room in Room.objects.order_by("slug").iterator():
                before = room.kept_since(now)
                if before is None:
                    continue
                gone = work(room=room, before=before)
                total += gone
                if gone:
                    self.stdout.write(f"{room.slug}: {gone:,} older than {room.kept_days} days")
        done = "would be deleted" if options["dry_run"] else "deleted"
        self.stdout.write(f"{total:,} messages {done}.")
