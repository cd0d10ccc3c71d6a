"""What is copied: the rows of every model, in parts, each as a list of its fields' values."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, models, transaction

from chat.archive.errors import ArchiveError
from chat.models import LOBBY, Room

CHUNK = 500  # rows in memory at a time
NOT_COPIED = {"sessions.session"}  # administrators sign in again
MADE_BY_MIGRATE = {"contenttypes.contenttype", "auth.permission"}  # in an empty database too

Rows = Generator[Sequence[Any], None, None]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one model."""

    label: str  # such as "chat.room"
    columns: list[str]  # attnames of fields
    count: int
    rows: Rows  # close them, or an open cursor may outlive its connection
    first_line: int = 0  # of its file; 0 where it comes from a database

    def place(self, number: int) -> str:
        """Where to find the row with this number, counted from 0."""
        return f"Line {self.first_line + number}" if self.first_line else f"Row {number + 1}"


def stored_models() -> list[type[models.Model]]:
    """Every model with a table, those that others refer to first."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def copied_models() -> list[type[models.Model]]:
    return [model for model in stored_models() if model._meta.label_lower not in NOT_COPIED]


def fields_of(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    """The stored fields by attname."""
    return {field.attname: field for field in model._meta.concrete_fields}


def parts_of(alias: str) -> list[Part]:
    """The contents of the database. Read them within one `snapshot`.

    A database that was not migrated to this code yet is read as it is: an upgrade begins with
    a backup. Raises ArchiveError where there is no chat.
    """
    connection = connections[alias]
    parts = []
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        if Room._meta.db_table not in existing:
            raise ArchiveError(
                f"There is no chat in the database {connection.settings_dict['NAME']}: it has no"
                " tables. Check DATABASE_URL or DATA_DIR."
            )
        for model in copied_models():
            table = model._meta.db_table
            if table in existing:
                # Not get_table_description: its first use begins its own transaction.
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} WHERE 1 = 0")
                present = {name for name, *_ in cursor.description}
                fields = fields_of(model).items()
                columns = [name for name, field in fields if field.column in present]
                parts.append(_part(model, columns, alias))
    return parts


def _part(model: type[models.Model], columns: list[str], alias: str) -> Part:
    rows = model._base_manager.using(alias).order_by("pk").values_list(*columns)
    taken = (row for row in rows.iterator(CHUNK))
    return Part(model._meta.label_lower, columns, rows.count(), taken)


@contextmanager
def snapshot(alias: str) -> Iterator[None]:
    """Reads within it see one moment, while others go on writing."""
    connection = connections[alias]
    if connection.vendor == "postgresql":
        with transaction.atomic(using=alias), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    with connection.cursor() as cursor:
        # Not atomic(), which is IMMEDIATE here: nobody else could write.
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def is_empty(alias: str) -> bool:
    """Whether nothing would be lost. A server that was only opened has created its lobby."""
    if Room.objects.using(alias).exclude(slug=LOBBY, title="", head=0).exists():
        return False
    others = (
        model
        for model in copied_models()
        if model is not Room and model._meta.label_lower not in MADE_BY_MIGRATE
    )
    return not any(model._base_manager.using(alias).exists() for model in others)
