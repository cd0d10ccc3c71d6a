"""docs/protocol.md says what protocol.py declares."""

from __future__ import annotations

from pathlib import Path

from chat import protocol
from chat.management.commands.protocol_docs import protocol_docs

DOCS = Path(__file__).resolve().parent.parent / "docs"


def test_the_protocol_page_is_up_to_date():
    page = (DOCS / "protocol.md").read_text()

    assert page == protocol_docs(), "run: python manage.py protocol_docs > docs/protocol.md"


def test_every_frame_is_on_the_protocol_page():
    page = (DOCS / "protocol.md").read_text()

    for frame in (*protocol.COMMANDS, *protocol.REPLIES, *protocol.EVENTS):
        assert f"### `{frame.__struct_config__.tag}`" in page
        for field in frame.__struct_fields__:
            assert f"| `{field}` |" in page
