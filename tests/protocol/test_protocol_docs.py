"""docs/protocol.md says what chat/protocol/ declares."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.management.commands.protocol_docs import protocol_docs
from chat.protocol import commands, frames
from chat.protocol.errors import CloseCode

DOCS = Path(__file__).resolve().parents[2] / "docs"


def page():
    return (DOCS / "protocol.md").read_text()


def section(title):
    return page().partition(f"### {title}\n")[2].partition("\n#")[0]


def test_the_protocol_page_is_up_to_date():
    assert page() == protocol_docs(), "run: python manage.py protocol_docs > docs/protocol.md"


def test_every_frame_is_on_the_protocol_page():
    for frame in (*commands.COMMANDS, *frames.REPLIES, *frames.EVENTS):
        assert f"### `{frame.__struct_config__.tag}`" in page()
        for field in frame.__struct_fields__:
            assert f"| `{field}` |" in page()


@pytest.mark.parametrize(
    ("title", "row"),
    [
        ("`message.post`", "| `client_message_id` | string (UUID) | idempotency key"),
        ("`message.post`", "| `body` | string | 1 to 4,000 characters"),
        ("`history.fetch`", "| `limit` | integer, 1 to 100 |"),
        ("`ack` (HistoryAck)", "| `messages` | array of `Message` | |"),
        ("`ack` (HistoryAck)", "| `more` | boolean |"),
        ("`error`", "| `reply_to` | integer or null |"),
        ("`welcome`", "| `room` | `RoomInfo` | |"),
    ],
)
def test_a_field_is_described_by_its_type_in_json(title, row):
    assert row in section(title)


def test_every_limit_says_what_it_counts():
    limits = page().partition("## Limits\n")[2]

    names = [name for name in vars(frames) if name.startswith("MAX_") or name == "PAGE"]
    assert len(names) > 5
    for name in names:
        row = next(line for line in limits.splitlines() if line.startswith(f"| `{name}` |"))
        assert f"{getattr(frames, name):,}" in row
        assert row.rstrip(" |").split("|")[-1].strip()[0].isalpha()


def test_a_close_code_can_be_a_close_reason_and_names_no_source_file():
    for code in CloseCode:
        assert len(code.meaning.encode()) <= 123, "RFC 6455, 5.5"
        assert "/" not in code.meaning
