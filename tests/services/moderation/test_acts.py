"""Acts: done once, logged, and undone."""

from __future__ import annotations

from uuid import uuid4

import pytest

from chat.models import Message, Room
from chat.protocol import moderation as wire
from chat.protocol.frames import Person
from chat.services.messages import write_log
from chat.services.moderation import keys
from chat.services.moderation.actors import Actor
from chat.services.moderation.acts import perform, undo
from chat.services.moderation.state import load_moderation
from tests.posts import posts

pytestmark = pytest.mark.django_db

OLIVIA = Actor("olivia", "Olivia")


@pytest.fixture
def lobby():
    write_log(posts(3, author="mallory"))
    keys.make_owner("lobby", Person("olivia", "Olivia"))
    return Room.objects.get(slug="lobby")


def test_everything_that_somebody_wrote_in_the_last_hour_is_removed_and_restored(lobby):
    act = wire.SweepMessages(1, uuid4(), "mallory")
    perform("lobby", OLIVIA, act)

    assert {each.removed for each in Message.objects.all()} == {True}
    assert load_moderation("lobby").version == 2
    undo("lobby", OLIVIA, act.act_id)
    assert [each.body for each in Message.objects.order_by("seq")] == ["1", "2", "3"]
