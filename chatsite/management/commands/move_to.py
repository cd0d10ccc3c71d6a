"""`python manage.py move_to DATABASE_URL`: everything into another database, cursors and all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections

from chat.archive.loading import exclusive, replace_all
from chat.archive.tables import is_empty, parts_of, snapshot
from chat.management.cli import Progress, readable_errors, summary
from chat.models import Room
from chatsite.databases import database_config
from chatsite.startup import is_being_served, migrate

SOURCE = DEFAULT_DB_ALIAS
TARGET = "target"
UNCHANGED = "Nothing was copied, and the source is as it was."


class Command(BaseCommand):
    help = (
        "Copy everything into the empty database at DATABASE_URL, such as"
        " postgres://user:password@host/name. Nothing changes here. Whoever comes back there"
        " resumes where they were."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("database_url")

    def handle(self, *args: Any, **options: Any) -> None:
        url: str = options["database_url"]
        try:
            config = database_config(url)
        except ImproperlyConfigured as error:
            raise CommandError(f"{error} {UNCHANGED}") from None
        _add_connection(config)
        serving = settings.EMBEDDED and is_being_served()
        if serving:
            self.stderr.write(
                f"A server runs on {settings.DATA_DIR}. If people go on talking while this runs,"
                " nothing is copied: stop it first."
            )
        try:
            with readable_errors(UNCHANGED):
                migrate(TARGET)
                with exclusive(TARGET):
                    counts = self._copy(url)
        finally:
            connections[TARGET].close()
        self._say_what_is_next(url, counts, serving=serving)

    def _copy(self, url: str) -> dict[str, int]:
        """Returns the rows by part. Raises CommandError, upon which the target stays empty."""
        if not is_empty(TARGET):
            held = summary({part.label: part.count for part in parts_of(TARGET)})
            raise CommandError(
                f"{_without_password(url)} is not empty, it holds {held}. Name an empty database."
                f" {UNCHANGED}"
            )
        with snapshot(SOURCE):
            parts = parts_of(SOURCE)
            counts = {part.label: part.count for part in parts}
            self.stdout.write(f"Copying {summary(counts)}")
            progress = Progress(self.stdout, counts)
            replace_all(parts, alias=TARGET, new_epochs=False, progress=progress)
        found = {part.label: part.count for part in parts_of(TARGET)}
        if found != counts:
            raise CommandError(f"The copy holds {found} of {counts}. {UNCHANGED}")
        moved = [
            f"{slug}: {head} here, {other_head} there"
            for slug, head, other_head in _different_heads()
        ]
        if moved:
            raise CommandError(
                f"People went on talking while this ran ({'; '.join(moved[:5])}). Stop the server"
                f" and run this again. {UNCHANGED}"
            )
        return counts

    def _say_what_is_next(self, url: str, counts: dict[str, int], *, serving: bool) -> None:
        secret = "the one that you set here"
        if settings.EMBEDDED and not os.environ.get("SECRET_KEY"):
            secret = f'"$(cat {settings.DATA_DIR / "secret_key"})"'
        self.stdout.write(
            f"Copied {summary(counts)} into {_without_password(url)}. Counts and heads agree, and"
            " nothing was changed here.\n"
            "Now stop the server here, if it runs, and start it, here or on many machines, with\n"
            f"  DATABASE_URL={_without_password(url)}\n"
            f"  SECRET_KEY={secret}\n"
            "By the secret guests are known again: without it all of them would be strangers.\n"
            "Several servers need a REDIS_URL as well."
        )
        if serving:
            self.stdout.write(
                "The server still runs on the old database: what is said from now on is not in"
                " the copy."
            )


def _add_connection(config: dict[str, Any]) -> None:
    config.get("OPTIONS", {}).pop("pool", None)  # it would wait, and then not say why
    both = {SOURCE: settings.DATABASES[SOURCE], TARGET: config}
    connections.databases[TARGET] = connections.configure_settings(both)[TARGET]


def _different_heads() -> Iterator[tuple[str, int, int]]:
    """(slug, head here, head there) of the rooms that are not the same in both, as of now."""
    rows = Room.objects.order_by("pk").values_list("slug", "epoch", "head")
    here, there = rows.using(SOURCE).iterator(), rows.using(TARGET).iterator()
    for mine, copied in zip_longest(here, there, fillvalue=("", "", 0)):
        if mine != copied:
            yield mine[0] or copied[0], mine[2], copied[2]


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    if not parts.password:
        return url
    user, host = f"{parts.username}:***", parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}@{host}"))
