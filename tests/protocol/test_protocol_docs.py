"""docs/protocol.md says what frames.py declares."""

from __future__ import annotations

from pathlib import Path

from chat.management.commands.protocol_docs import protocol_docs
from chat.protocol import frames

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_protocol_page_is_up_to_date():
    page = (DOCS / "protocol.md").read_text()

    assert page == protocol_docs(), "run: python manage.py protocol_docs > docs/protocol.md"


def test_every_frame_is_on_the_protocol_page():
    page = (DOCS / "protocol.md").read_text()

    for frame in (*frames.COMMANDS, *frames.REPLIES, *frames.EVENTS):
        assert f"### `{frame.__struct_config__.tag}`" in page
        for field in frame.__struct_fields__:
            assert f"| `{field}` |" in page
