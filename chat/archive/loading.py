"""Put a copy into a database: everything in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connections, models, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Max

from chat.archive.errors import ArchiveError
from chat.archive.file import Progress
from chat.archive.tables import CHUNK, Part, copied_models, fields_of, stored_models
from chat.models import Room
from chat.models.room import new_epoch

Row = Sequence[Any]


def replace_all(parts: Iterable[Part], *, alias: str, new_epochs: bool, progress: Progress) -> None:
    """Let the database hold what `parts` hold and nothing else. Call it within `exclusive`.

    With new epochs every cursor from before is refused: its log may have gone another way.
    Raises ArchiveError, and nothing has changed.
    """
    connection = connections[alias]
    with connection.cursor() as cursor:
        for table in reversed(_tables(cursor)):
            cursor.execute(f"DELETE FROM {table}")
        for part in parts:
            _fill(cursor, part, new_epochs=new_epochs, progress=progress)
        for statement in connection.ops.sequence_reset_sql(no_style(), copied_models()):
            cursor.execute(statement)
    _check_heads(alias)


@contextmanager
def exclusive(alias: str) -> Iterator[None]:
    """A transaction in which nobody else writes. Others can read what was there before."""
    connection = connections[alias]
    with transaction.atomic(using=alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # All at once: a post locks its room first, and would wait for us while we wait for it.
            cursor.execute(f"LOCK TABLE {', '.join(_tables(cursor))} IN EXCLUSIVE MODE")
        yield


def _tables(cursor: CursorWrapper) -> list[str]:
    return [cursor.db.ops.quote_name(model._meta.db_table) for model in stored_models()]


def _fill(cursor: CursorWrapper, part: Part, *, new_epochs: bool, progress: Progress) -> None:
    model, fields = _place_of(part)
    missing = [
        field
        for name, field in fields_of(model).items()
        if name not in part.columns and not field.has_db_default()
    ]
    rows = _prepared(part, fields, missing, cursor, renewed="epoch" if new_epochs else "")
    quote = cursor.db.ops.quote_name
    columns = ", ".join(quote(field.column) for field in [*fields, *missing])
    table = quote(model._meta.db_table)
    done = 0
    if cursor.db.vendor == "postgresql":
        with (
            cursor.db.wrap_database_errors,  # copy() is psycopg's, and raises its own
            cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,
        ):
            for done, row in enumerate(rows, start=1):
                copy.write_row(row)
                progress(part.label, done)
    else:
        marks = ", ".join(["%s"] * len([*fields, *missing]))
        while chunk := list(islice(rows, CHUNK)):
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", chunk)
            done += len(chunk)
            progress(part.label, done)
    if done != part.count:
        raise ArchiveError(f"Of {part.count} rows of {part.label} only {done} came.")


def _place_of(part: Part) -> tuple[type[models.Model], list[models.Field[Any, Any]]]:
    try:
        model = apps.get_model(part.label)
        return model, [fields_of(model)[name] for name in part.columns]
    except (LookupError, ValueError) as error:
        raise ArchiveError(
            f"This version of the chat does not know {error} of {part.label}: a later one made the"
            " copy. Install that one."
        ) from None


def _prepared(
    part: Part,
    fields: list[models.Field[Any, Any]],
    missing: list[models.Field[Any, Any]],
    cursor: CursorWrapper,
    *,
    renewed: str,
) -> Iterator[Row]:
    """The rows as the database takes them; fields that a copy is too old for at their default."""
    db = cursor.db
    defaults = [field.get_db_prep_save(field.get_default(), db) for field in missing]
    epoch = part.columns.index(renewed) if renewed and part.label == "chat.room" else None
    for row in part.rows:
        values = [
            field.get_db_prep_save(field.to_python(value), db)
            for field, value in zip(fields, row, strict=True)
        ]
        if epoch is not None:
            values[epoch] = new_epoch()
        yield [*values, *defaults]


def _check_heads(alias: str) -> None:
    last = Max("messages__changed_seq")
    beyond = Room.objects.using(alias).annotate(last=last).filter(last__gt=F("head")).first()
    if beyond:
        raise ArchiveError(f"The room {beyond.slug} has messages beyond its head: a damaged copy.")
