"""`python manage.py export ROOM`: write one room's messages, for people or for programs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS

from chat.archive.export import as_html, as_json_lines
from chat.archive.tables import snapshot
from chat.management.cli import readable_errors
from chat.models import Room

FORMATS = {"jsonl": as_json_lines, "html": as_html}


class Command(BaseCommand):
    help = (
        "Write the messages of ROOM, such as `lobby`: as JSON Lines, one message per line in the"
        " format of the protocol, or as an HTML page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("room", help="its name in the address")
        parser.add_argument(
            "--format", choices=FORMATS, help="default: by the ending of FILE, else jsonl"
        )
        parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path | None = options["output"]
        ending = path.suffix.removeprefix(".") if path else ""
        pieces = FORMATS[options["format"] or (ending if ending in FORMATS else "jsonl")]
        if path and path.exists():
            raise CommandError(f"{path} exists. Choose another name, or remove it.")
        with readable_errors("No room was exported.", path), snapshot(DEFAULT_DB_ALIAS):
            room = Room.objects.filter(slug=options["room"]).first()
            if room is None:
                raise CommandError(
                    f"There is no room {options['room']!r} with messages. Use the part of its"
                    " address after /r/; the room at / is called lobby."
                )
            if path is None:
                for piece in pieces(room):
                    self.stdout.write(piece, ending="")
                return
            draft = path.with_name(f".{path.name}.{os.getpid()}.part")
            try:
                with draft.open("x", encoding="utf-8") as file:
                    file.writelines(pieces(room))
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)
        self.stdout.write(f"{path}: the room {room.slug} up to change {room.head:,}.")
