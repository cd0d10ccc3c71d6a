"""The lists of moderators fit into one frame, whatever people write."""

from __future__ import annotations

from uuid import uuid4

import msgspec
import pytest

from chat.models import HeldMessage, Message, Report
from chat.protocol.frames import MAX_BODY, MAX_FRAME_OUT, MAX_NAME, encode
from chat.protocol.moderation import MAX_LISTED, MAX_REASON, ModerationAck
from chat.services.moderation.lists import REASONS, read_lists
from tests.moderators import MO, set_rules

pytestmark = pytest.mark.django_db

LONG = "👩" * MAX_BODY  # 4 bytes each
NAME = "👩" * MAX_NAME


def hold(room, body):
    return HeldMessage.objects.create(
        room=room, client_message_id=uuid4(), author_id="mallory", author_name=NAME, body=body
    )


def report(room, seq):
    message = Message.objects.create(
        room=room,
        seq=seq,
        changed_seq=seq,
        author_id="mallory",
        author_name=NAME,
        client_message_id=uuid4(),
        body=LONG,
    )
    for number in range(REASONS):
        Report.objects.create(message=message, author_id=f"alice{number}", reason="👩" * MAX_REASON)


def test_the_largest_lists_fit_into_a_frame(lobby):
    for seq in range(1, MAX_LISTED + 1):
        hold(lobby, LONG)
        report(lobby, seq)
        set_rules(MO, slow_seconds=seq, writers="moderators", hold="everybody", hold_links=True)

    lists = read_lists("lobby", MO, None)

    frame = encode(ModerationAck(1, **lists._asdict()))
    assert len(frame.encode()) <= MAX_FRAME_OUT
    assert len(lists.acts) == MAX_LISTED
    assert lists.held
    assert lists.reports
    assert len(msgspec.json.encode(lists.held)) > MAX_FRAME_OUT / 4, "as many as fit"


def test_what_is_short_is_listed_in_full(lobby):
    for _ in range(MAX_LISTED):
        hold(lobby, "Hello")

    assert len(read_lists("lobby", MO, None).held) == MAX_LISTED
