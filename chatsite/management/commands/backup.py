"""`python manage.py backup FILE`: a consistent copy of everything, while the server runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from chat.archive.file import write_archive
from chat.archive.tables import parts_of, snapshot
from chat.management.cli import Progress, readable_errors, summary

ALIAS = DEFAULT_DB_ALIAS


class Command(BaseCommand):
    help = (
        "Write a consistent copy of everything to FILE. The server can keep running. `restore`"
        " reads it into SQLite or PostgreSQL, whichever it came from."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="such as chat-2026-11-22.jsonl.gz")
        parser.add_argument("--overwrite", action="store_true", help="replace FILE if it exists")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if path.exists() and not options["overwrite"]:
            raise CommandError(f"{path} exists. Choose another name, or use --overwrite.")
        with readable_errors("No backup was made.", path), snapshot(ALIAS):
            parts = parts_of(ALIAS)
            header = write_archive(
                path,
                parts,
                version=settings.VERSION,
                made_at=timezone.now(),
                progress=Progress(self.stdout, {part.label: part.count for part in parts}),
            )
        self.stdout.write(f"{path}: {summary(header.counts)}, {path.stat().st_size:,} bytes.")
        if settings.EMBEDDED and (settings.DATA_DIR / "secret_key").exists():
            self.stdout.write(
                f"Keep a copy of {settings.DATA_DIR / 'secret_key'} in a safe place too: guests are"
                " recognised by it, and it is not in the backup."
            )
