"""A copy is of one moment, whatever is written while it is read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DEFAULT_DB_ALIAS, connection

from chat.archive.tables import parts_of, snapshot
from chat.services.messages import write_log
from tests.posts import posts

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(func, *args):
    """Run `func` on a connection of its own, as another process would."""

    def run():
        try:
            return func(*args)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


def test_others_can_write_during_a_copy_which_does_not_see_it():
    write_log(posts(3))

    with snapshot(DEFAULT_DB_ALIAS):
        parts = {part.label: part for part in parts_of(DEFAULT_DB_ALIAS)}
        elsewhere(write_log, [*posts(2), *posts(2, slug="attic")])
        read = {label: list(part.rows) for label, part in parts.items()}

    rooms, messages = parts["chat.room"], parts["chat.message"]
    (lobby,) = read["chat.room"]
    assert lobby[rooms.columns.index("head")] == len(read["chat.message"]) == messages.count == 3
    later = {part.label: part.count for part in parts_of(DEFAULT_DB_ALIAS)}
    assert (later["chat.room"], later["chat.message"]) == (2, 7)
