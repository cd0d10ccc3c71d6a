"""`python manage.py move_to DATABASE_URL`: copy everything, including cursors, to a database."""

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
UNCHANGED = "Nothing was copied, and the source was not changed."


class Command(BaseCommand):
    help = (
        "Copy everything into the empty database at DATABASE_URL, such as"
        " postgres://user:password@host/name. The source is not changed. Clients that reconnect"
        " to the copy resume where they were."
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
                f"A server is running on {settings.DATA_DIR}. If messages are sent while this runs,"
                " nothing is copied: stop the server first."
            )
        try:
            with readable_errors(UNCHANGED):
                migrate(TARGET)
                with exclusive(TARGET):
                    counts = self._copy(url)
        finally:
            connections[TARGET].close()
        self._print_next_steps(url, counts, serving=serving)

    def _copy(self, url: str) -> dict[str, int]:
        """Returns the number of rows of each part. After a CommandError the target is empty."""
        if not is_empty(TARGET):
            held = summary({part.label: part.count for part in parts_of(TARGET)})
            raise CommandError(
                f"{_without_password(url)} is not empty: it has {held}. Use an empty database."
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
            raise CommandError(f"The copy has {found} of {counts}. {UNCHANGED}")
        moved = [
            f"{slug}: {head} here, {other_head} there"
            for slug, head, other_head in _different_heads()
        ]
        if moved:
            raise CommandError(
                f"Messages were sent while this ran ({'; '.join(moved[:5])}). Stop the server and"
                f" run this again. {UNCHANGED}"
            )
        return counts

    def _print_next_steps(self, url: str, counts: dict[str, int], *, serving: bool) -> None:
        secret = "the same as here"
        if settings.EMBEDDED and not os.environ.get("SECRET_KEY"):
            secret = f'"$(cat {settings.DATA_DIR / "secret_key"})"'
        self.stdout.write(
            f"Copied {summary(counts)} into {_without_password(url)}. The number of rows and"
            " the heads of all rooms match; the source was not changed.\n"
            "Now stop the server, if it is running, and start it, here or on many machines, with\n"
            f"  DATABASE_URL={_without_password(url)}\n"
            f"  SECRET_KEY={secret}\n"
            "Guests are recognised by the secret: without it all of them become new guests.\n"
            "Several servers also need REDIS_URL."
        )
        if serving:
            self.stdout.write(
                "The server is still running on the old database: messages sent from now on are not"
                " in the copy."
            )


def _add_connection(config: dict[str, Any]) -> None:
    config.get("OPTIONS", {}).pop("pool", None)  # it would time out without the reason
    both = {SOURCE: settings.DATABASES[SOURCE], TARGET: config}
    connections.databases[TARGET] = connections.configure_settings(both)[TARGET]


def _different_heads() -> Iterator[tuple[str, int, int]]:
    """(slug, head here, head there) of the rooms that now differ between the databases."""
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
