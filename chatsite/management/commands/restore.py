"""`python manage.py restore FILE`: restore a backup completely, or change nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections

from chat.archive.file import check_archive, read_parts
from chat.archive.loading import exclusive, replace_all
from chat.archive.tables import is_empty, parts_of
from chat.management.cli import Progress, readable_errors, summary
from chatsite.startup import migrate

ALIAS = DEFAULT_DB_ALIAS


class Command(BaseCommand):
    help = (
        "Restore FILE, a backup, into an empty database. Connected clients reload their rooms"
        " within seconds, because every room gets a new epoch."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="delete what is in the database now"
        )
        parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        with readable_errors("Nothing was changed.", path):
            self.stdout.write(f"Checking {path}")
            header = check_archive(path)
            self.stdout.write(
                f"It was made at {header.made_at:%Y-%m-%d %H:%M} UTC by version {header.version}:"
                f" {summary(header.counts)}."
            )
            migrate(ALIAS)
            if options["replace"] and not options["yes"]:
                self._confirm()
            with exclusive(ALIAS):
                if not options["replace"] and not is_empty(ALIAS):
                    raise CommandError(
                        f"The database {_name()} is not empty: it has {_held()}. Restore into an"
                        " empty one, or use --replace to delete what is there. Nothing was"
                        " changed."
                    )
                progress = Progress(self.stdout, header.counts)
                replace_all(read_parts(path), alias=ALIAS, new_epochs=True, progress=progress)
        self.stdout.write(f"Restored {summary(header.counts)} into {_name()}.")
        self.stdout.write(
            "Guests keep their names if SECRET_KEY (or DATA_DIR/secret_key) is the original one."
        )

    def _confirm(self) -> None:
        """Raises CommandError unless the user confirms."""
        if not sys.stdin.isatty():
            raise CommandError("Use --yes with --replace, because there is no terminal to ask at.")
        self.stdout.write(f"The database {_name()} has {_held()}. All of it will be deleted.")
        if input('Type "replace" to continue: ').strip() != "replace":
            raise CommandError("Nothing was changed.")


def _held() -> str:
    return summary({part.label: part.count for part in parts_of(ALIAS)})


def _name() -> str:
    return str(connections[ALIAS].settings_dict["NAME"])
