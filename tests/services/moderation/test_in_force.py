"""The list of mutes and bans that apply now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chat.models import Act
from chat.protocol.moderation import MAX_LISTED
from chat.services.moderation.lists import read_lists
from tests.moderators import ALICE, BOB, MALLORY, MO, OLIVIA, ban, mute, set_role, set_rules, undo

pytestmark = pytest.mark.django_db


def in_force(actor=MO, before=None):
    return [(each.kind, each.target_id) for each in read_lists("lobby", actor, before).in_force]


def test_mutes_and_bans_are_listed_until_they_end_or_are_undone(lobby):
    first = mute(MO, ALICE.author_id)
    ban(MO, MALLORY.author_id, 60)
    second = mute(MO, BOB.author_id, 60)
    set_rules(MO, slow_seconds=10)
    assert in_force() == [("mute", "bob"), ("ban", "mallory"), ("mute", "alice")]

    undo(MO, first)
    Act.objects.filter(key=second).update(until=timezone.now() - timedelta(seconds=1))

    assert in_force() == [("ban", "mallory")]


def test_they_are_listed_however_long_the_log_has_become(lobby):
    mute(MO, ALICE.author_id)
    for number in range(MAX_LISTED + 1):
        set_rules(MO, slow_seconds=number)
    oldest = read_lists("lobby", MO, None).acts[-1].act_id

    assert in_force() == [("mute", "alice")]
    assert in_force(before=oldest) == [("mute", "alice")]


def test_each_says_whether_its_reader_can_end_it(lobby):
    set_role(OLIVIA, BOB.author_id, "moderator")
    for target in (ALICE, BOB):
        mute(OLIVIA, target.author_id)

    def endable(actor):
        listed = read_lists("lobby", actor, None).in_force
        return {each.target_id for each in listed if each.can_undo}

    assert endable(OLIVIA) == {"alice", "bob"}
    assert endable(MO) == {"alice"}, "a moderator does not act on another one"
