"""Load a copy into a database: everything in one transaction, or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any, cast
from uuid import UUID, uuid4

from django.core.management.color import no_style
from django.db import DataError, IntegrityError, connections, models, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Q

from chat.archive.errors import ArchiveError
from chat.archive.file import Progress
from chat.archive.members import add_members
from chat.archive.reactions import rebuild_reactions
from chat.archive.references import References
from chat.archive.tables import CHUNK, Part, copied_models, fields_of, stored_models
from chat.archive.values import Field, preparing
from chat.models import Member, Message, Room
from chat.models.room import new_epoch
from chat.protocol.frames import MAX_SEQ

Row = list[Any]
REFUSED = (IntegrityError, DataError, ValueError)  # a driver may raise the last one itself


def replace_all(parts: Iterable[Part], *, alias: str, new_epochs: bool, progress: Progress) -> None:
    """Replace the contents of the database with `parts`. Call it within `exclusive`.

    With new epochs every cursor from before is refused: its log may have gone another way.
    Raises ArchiveError, and nothing has changed.
    """
    connection = connections[alias]
    with connection.cursor() as cursor:
        for table in reversed(_tables(cursor)):
            cursor.execute(f"DELETE FROM {table}")
        references = References()
        labels = set()
        for part in parts:
            labels.add(part.label)
            with closing(part.rows):
                _Target(cursor, part, references, new_epochs=new_epochs).fill(progress)
        references.check(alias)
        for statement in connection.ops.sequence_reset_sql(no_style(), copied_models()):
            cursor.execute(statement)
    _check_logs(alias)
    rebuild_reactions(alias)
    if Member._meta.label_lower not in labels:
        add_members(alias)


@contextmanager
def exclusive(alias: str) -> Iterator[None]:
    """A transaction in which nobody else writes. Others can read the previous contents."""
    connection = connections[alias]
    with transaction.atomic(using=alias), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # In one statement: a post locks its room first, and could deadlock with a second one.
            cursor.execute(f"LOCK TABLE {', '.join(_tables(cursor))} IN EXCLUSIVE MODE")
        yield


def _tables(cursor: CursorWrapper) -> list[str]:
    return [cursor.db.ops.quote_name(model._meta.db_table) for model in stored_models()]


class _Target:
    """The table that a part goes into."""

    def __init__(
        self, cursor: CursorWrapper, part: Part, references: References, *, new_epochs: bool
    ) -> None:
        self._cursor, self._part = cursor, part
        self._model, self._fields = _place_of(part)
        self._missing = _missing_fields(self._model, part)
        self._prepare = [preparing(field, cursor.db) for field in self._fields]
        quote = cursor.db.ops.quote_name
        self._table = quote(self._model._meta.db_table)
        columns = [field.column for field in [*self._fields, *self._missing]]
        self._columns = ", ".join(map(quote, columns))
        self._renews_epochs = new_epochs and self._model is Room
        self._references = [
            (at, references.seen_of(field))
            for at, field in enumerate(self._fields)
            if isinstance(field, models.ForeignKey) and field.db_constraint  # type: ignore[attr-defined]
        ]

    def fill(self, progress: Progress) -> None:
        done = 0
        rows = self._prepared()
        while chunk := list(islice(rows, CHUNK)):
            self._store(chunk, done)
            done += len(chunk)
            progress(self._part.label, done)
        if done != self._part.count:
            label = self._part.label
            raise ArchiveError(f"Of {self._part.count} rows of {label} only {done} came.")

    def _prepared(self) -> Iterator[Row]:
        """The rows as the database stores them, with defaults for columns newer than the copy."""
        db, part = self._cursor.db, self._part
        defaults = [field.get_db_prep_save(field.get_default(), db) for field in self._missing]
        for number, row in enumerate(part.rows):
            if len(row) != len(self._fields):
                raise ArchiveError(
                    f"{part.place(number)}: a row of {part.label} has {len(row)} values, and there"
                    f" are {len(self._fields)} columns."
                )
            values: Row = []
            try:
                for prepare, value in zip(self._prepare, row, strict=True):
                    values.append(prepare(value))
            except ValueError as error:
                field = self._fields[len(values)]
                raise ArchiveError(
                    f"{part.place(number)}: {field.attname} of {part.label} {error}."
                ) from None
            for at, seen in self._references:
                if values[at] is not None and values[at] not in seen:
                    seen[values[at]] = part.place(number)
            if self._renews_epochs:
                values[part.columns.index("epoch")] = new_epoch()
            yield [*values, *defaults]

    def _store(self, chunk: list[Row], done: int) -> None:
        """Raises ArchiveError for the first row that the database rejects."""
        taken, error = self._stored(chunk)
        if error and self._model is Message and self._renew_ids(chunk[taken:]):
            more, error = self._stored(chunk[taken:])
            taken += more
        if error:
            raise ArchiveError(
                f"{self._part.place(done + taken)}: the database refuses this row of"
                f" {self._part.label} ({' '.join(str(error).split())})."
            )

    def _stored(self, rows: list[Row]) -> tuple[int, Exception | None]:
        """How many rows the database accepted before it rejected one, and why."""
        if self._cursor.db.vendor == "postgresql":
            return self._copied(rows)
        # Without a savepoint: on SQLite it copies each page that changes after it.
        taken = -1

        def counted() -> Iterator[Row]:
            nonlocal taken
            for taken, row in enumerate(rows):  # noqa: B007
                yield row

        marks = ", ".join(["%s"] * len(rows[0]))
        insert = f"INSERT INTO {self._table} ({self._columns}) VALUES ({marks})"
        try:
            self._cursor.executemany(insert, cast("Sequence[Row]", counted()))
        except REFUSED as error:
            return taken, error
        return len(rows), None

    def _copied(self, rows: list[Row]) -> tuple[int, Exception | None]:
        try:
            self._copy(rows)
        except REFUSED as error:
            if len(rows) == 1:
                return 0, error
            for taken, row in enumerate(rows):
                _, error_of_row = self._copied([row])
                if error_of_row:
                    return taken, error_of_row
        return len(rows), None

    def _copy(self, rows: list[Row]) -> None:
        """All of the rows or none."""
        cursor = self._cursor
        with (
            transaction.atomic(using=cursor.db.alias),
            cursor.db.wrap_database_errors,  # copy() is psycopg's, and raises its own
            cursor.copy(f"COPY {self._table} ({self._columns}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def _renew_ids(self, chunk: list[Row]) -> bool:
        """Give messages whose id another one of their room has a new one; whether any had.

        Up to 1.1.0 an id was unique per room and author, so a copy may hold such messages.
        """
        room, key = (self._part.columns.index(name) for name in ("room_id", "client_message_id"))
        ids = defaultdict(list)
        for row in chunk:
            ids[row[room]].append(row[key])
        stored = Message.objects.using(self._cursor.db.alias)
        id_field = self._fields[key]
        known = {
            (room_id, id_field.get_db_prep_save(found, self._cursor.db))
            for room_id, theirs in ids.items()
            for found in stored.filter(
                room_id=room_id, client_message_id__in=[UUID(str(each)) for each in theirs]
            ).values_list("client_message_id", flat=True)
        }
        renewed = False
        for row in chunk:
            if (row[room], row[key]) in known:
                row[key] = id_field.get_db_prep_save(uuid4(), self._cursor.db)
                renewed = True
            known.add((row[room], row[key]))
        return renewed


def _place_of(part: Part) -> tuple[type[models.Model], list[Field]]:
    if len(set(part.columns)) < len(part.columns):
        raise ArchiveError(f"The copy names a column of {part.label} twice: it is damaged.")
    try:
        model = {each._meta.label_lower: each for each in copied_models()}[part.label]
        return model, [fields_of(model)[name] for name in part.columns]
    except KeyError as error:
        raise ArchiveError(
            f"This version of the chat does not know {error} of {part.label}: a later one made the"
            " copy. Install that one."
        ) from None


def _missing_fields(model: type[models.Model], part: Part) -> list[Field]:
    """Fields that are newer than the copy, and get their default here."""
    missing = []
    for name, field in fields_of(model).items():
        if name in part.columns or field.has_db_default():
            continue
        if not (field.null or field.has_default() or (field.blank and field.empty_strings_allowed)):
            raise ArchiveError(f"The copy has no {name} of {part.label}: it is damaged.")
        missing.append(field)
    return missing


def _check_logs(alias: str) -> None:
    """Raises ArchiveError where a room's numbers cannot be those of a log."""
    odd = Q(head__lt=0) | Q(head__gt=MAX_SEQ) | Q(pruned_upto__gt=F("head"))
    room = Room.objects.using(alias).filter(odd).first()
    if room:
        raise ArchiveError(
            f"The room {room.slug} has the head {room.head} and pruned_upto {room.pruned_upto}: a"
            " damaged copy."
        )
    odd = Q(seq__lt=1) | Q(changed_seq__lt=F("seq")) | Q(changed_seq__gt=F("room__head"))
    message = Message.objects.using(alias).filter(odd).select_related("room").first()
    if message:
        raise ArchiveError(
            f"The room {message.room.slug} has a message with seq {message.seq} and changed_seq"
            f" {message.changed_seq}, and the head {message.room.head}: a damaged copy."
        )
