"""`python manage.py restore FILE`: bring a backup back, all of it or nothing."""

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
        "Fill an empty database from FILE, a backup. Whoever is connected starts over with it"
        " within seconds, as every room gets a new epoch."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="give up what the database holds now"
        )
        parser.add_argument("--yes", action="store_true", help="do not ask before that")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        with readable_errors("Nothing was changed.", path):
            self.stdout.write(f"Checking {path}")
            header = check_archive(path)
            self.stdout.write(
                f"It is of {header.made_at:%Y-%m-%d %H:%M} UTC, from version {header.version}:"
                f" {summary(header.counts)}."
            )
            migrate(ALIAS)
            if options["replace"] and not options["yes"]:
                self._confirm()
            with exclusive(ALIAS):
                if not options["replace"] and not is_empty(ALIAS):
                    raise CommandError(
                        f"The database {_name()} is not empty, it holds {_held()}. Restore into an"
                        " empty one, or say --replace to give up what is there. Nothing was"
                        " changed."
                    )
                progress = Progress(self.stdout, header.counts)
                replace_all(read_parts(path), alias=ALIAS, new_epochs=True, progress=progress)
        self.stdout.write(f"Restored {summary(header.counts)} into {_name()}.")
        self.stdout.write(
            "Guests keep their names if the SECRET_KEY (or DATA_DIR/secret_key) is the one of old."
        )

    def _confirm(self) -> None:
        """Raises CommandError unless somebody at a keyboard agrees."""
        if not sys.stdin.isatty():
            raise CommandError("Say --yes as well as --replace, as nobody is here to be asked.")
        self.stdout.write(f"The database {_name()} holds {_held()}. All of it will be gone.")
        if input('Type "replace" to go on: ').strip() != "replace":
            raise CommandError("Nothing was changed.")


def _held() -> str:
    return summary({part.label: part.count for part in parts_of(ALIAS)})


def _name() -> str:
    return str(connections[ALIAS].settings_dict["NAME"])
