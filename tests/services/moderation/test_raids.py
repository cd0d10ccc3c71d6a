"""A room protects itself against a raid, for some minutes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chat.models import Act, Room
from chat.protocol.errors import NotFound
from chat.services.moderation.raids import start_raid
from chat.services.moderation.state import load_moderation
from tests.moderators import MO, end_raid

pytestmark = pytest.mark.django_db

TEN_MINUTES = timedelta(minutes=10)


def test_a_raid_is_logged_by_the_server_and_ends_by_itself(lobby):
    now = timezone.now()
    until = now + TEN_MINUTES

    start_raid("lobby", until)

    moderation = load_moderation("lobby")
    assert moderation.raid_until == until
    assert moderation.is_raided(now)
    assert not moderation.is_raided(until)
    assert not moderation.is_plain
    entry = Act.objects.get(kind="raid")
    assert (entry.by_id, entry.by_name, entry.until) == ("", "", until)
    Room.objects.update(raid_until=now)
    assert load_moderation("lobby").is_plain


def test_a_second_process_that_sees_the_same_raid_changes_nothing(lobby):
    until = timezone.now() + TEN_MINUTES
    start_raid("lobby", until)
    version = load_moderation("lobby").version

    start_raid("lobby", until + TEN_MINUTES)

    moderation = load_moderation("lobby")
    assert (moderation.version, moderation.raid_until) == (version, until)
    assert Act.objects.filter(kind="raid").count() == 1


def test_a_protection_that_a_moderator_ended_does_not_begin_again_before_its_time(lobby):
    start_raid("lobby", timezone.now() + TEN_MINUTES)
    end_raid(MO)
    assert load_moderation("lobby").raid_until is None

    start_raid("lobby", timezone.now() + TEN_MINUTES)
    assert load_moderation("lobby").raid_until is None

    Act.objects.filter(kind="raid").update(until=timezone.now())
    start_raid("lobby", timezone.now() + TEN_MINUTES)
    assert load_moderation("lobby").raid_until


def test_there_is_no_raid_on_a_room_that_is_not_stored(lobby):
    with pytest.raises(NotFound):
        start_raid("cellar", timezone.now() + TEN_MINUTES)
