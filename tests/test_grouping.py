"""Messages are grouped by the server as tests/js groups them: by the vectors of grouping.json."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from chat.grouping import group_messages
from chat.models import Message
from testing.processes import ROOT

VECTORS = json.loads((ROOT / "tests" / "grouping.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["case"])
def test_messages_are_grouped_as_in_the_page(vector):
    messages = [
        Message(
            seq=seq,
            author_id=author_id,
            author_name=name,
            posted_at=datetime.fromisoformat(posted_at),
            deleted_at=datetime.fromisoformat(posted_at) if deleted else None,
        )
        for seq, (author_id, name, posted_at, *deleted) in enumerate(vector["messages"], 1)
    ]

    rows = []
    for row in group_messages(messages):
        rows += ["day"] if row.day else []
        deleted = [str(row.deleted_count)] * (row.deleted_count > 1)
        deleted += ["deleted"] * (row.deleted_count > 0)
        rows.append(" ".join(["name"] * row.introduced + ["time"] * row.timed + deleted))

    assert rows == vector["rows"]
    shown = [seq for row in group_messages(messages) for seq in (row.message.seq, *row.folded)]
    assert shown == [message.seq for message in messages]


def test_no_more_than_one_message_is_held_back():
    given = []

    def log():
        for second in range(100):
            given.append(second)
            moment = datetime.fromisoformat("2025-03-09T12:00:00Z").replace(second=second % 60)
            yield Message(author_id="ada", author_name="Ada", posted_at=moment)

    next(group_messages(log()))

    assert len(given) == 2
