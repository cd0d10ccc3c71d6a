"""Who is a regular, by what they wrote; and the networks that they wrote from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from chat.models import Act, HeldMessage, Member
from chat.services.messages import write_log
from chat.services.moderation import erasing, state
from chat.services.moderation.erasing import erase_outdated
from chat.services.moderation.members import Written, hashed_network, record
from chat.services.moderation.state import load_moderation
from testing.waiting import wait_until
from tests.moderators import MO, ban, decline, remove, undo
from tests.posts import post, posts

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def entry(author="alice", written=1, *, entered=HOUR, slug="lobby", network=""):
    """What somebody wrote now who entered the room so long ago."""
    now = timezone.now()
    return Written(slug, author, now - entered, written, network, now)


def is_regular(author="alice", slug="lobby"):
    return load_moderation(slug).is_regular(author)


def test_three_messages_make_a_regular_of_somebody_who_has_been_here_for_long(lobby):
    record([entry(written=2)])
    assert not is_regular()

    record([entry(written=1)])

    assert is_regular()
    assert not is_regular("bob")


def test_nobody_is_a_regular_before_a_quarter_of_an_hour_and_everybody_after_it(lobby):
    record([entry(written=9, entered=timedelta(minutes=1))])
    moderation = load_moderation("lobby")
    assert not moderation.is_regular("alice")

    Member.objects.update(since=timezone.now() - timedelta(minutes=14))
    assert not is_regular()
    Member.objects.update(since=timezone.now() - timedelta(minutes=16))
    assert is_regular()

    Member.objects.update(since=timezone.now() - state.REGULAR_AFTER + timedelta(seconds=0.2))
    moderation = load_moderation("lobby")
    assert timedelta(minutes=15) == state.REGULAR_AFTER
    assert wait_until(lambda: moderation.is_regular("alice")), "without reading it again"


def test_somebody_entered_when_they_first_did_in_any_process(lobby):
    record([entry(written=1, entered=timedelta(0)), entry(written=1, entered=timedelta(minutes=1))])
    record([entry(written=1, entered=HOUR)])
    record([entry(written=1, entered=timedelta(0))])

    member = Member.objects.get()
    assert member.written == 4
    assert timezone.now() - member.since >= HOUR
    assert is_regular()


def test_the_version_rises_when_somebody_has_written_enough_and_else_not(lobby):
    versions = []
    for written in (1, 1, 1, 1):
        record([entry(written=written), entry("bob", written=0)])
        versions.append(load_moderation("lobby").version - lobby.moderation_version)

    assert versions == [0, 0, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_a_new_regular_is_announced(lobby, announced):
    before = len(announced())
    record([entry(written=2)])
    assert announced()[before:] == []

    record([entry(written=2)])

    (announcement,) = announced()[before:]
    assert announcement.moderation == load_moderation("lobby").version
    assert announcement.head == 0


def test_who_had_messages_removed_is_no_regular_until_they_are_restored(lobby):
    write_log(posts(3))
    record([entry(written=3)])
    assert is_regular()
    act_id = remove(MO, 1)
    assert not is_regular()

    undo(MO, act_id)

    assert is_regular()


def test_what_is_removed_before_it_was_recorded_counts_as_removed(lobby):
    write_log(posts(3))
    remove(MO, 1)

    record([entry(written=3)])

    assert Member.objects.get().written == 2
    assert not is_regular()


def test_several_rooms_are_recorded_and_one_that_is_gone_is_left_out(lobby):
    write_log([post(slug="attic")])

    record([entry(written=3), entry(written=3, slug="attic"), entry(written=3, slug="gone")])

    assert is_regular()
    assert is_regular(slug="attic")
    assert Member.objects.count() == 2


def test_a_process_knows_the_regulars_who_were_seen_last(lobby, monkeypatch):
    monkeypatch.setattr(state, "MAX_REGULARS", 2)
    for author in ("alice", "bob", "carol"):
        record([entry(author, written=3)])
    record([entry("alice")])

    assert load_moderation("lobby").regulars.keys() == {"carol", "alice"}


def test_networks_are_kept_as_keyed_hashes(settings):
    mine = hashed_network("192.0.2.7")
    assert mine == hashed_network("192.0.2.7") != hashed_network("192.0.2.8")
    assert hashed_network("2001:db8:1:2::3") == hashed_network("2001:db8:1:2:ffff::4")
    assert hashed_network("2001:db8:1:2::3") != hashed_network("2001:db8:1:3::3")
    assert hashed_network(None) == ""
    assert len(mine) == 32
    assert "192" not in mine

    settings.SECRET_KEY = "another"

    assert hashed_network("192.0.2.7") != mine


def test_the_last_network_that_is_known_is_kept(lobby):
    for network in ("one", "two", ""):
        record([entry(network=network)])

    assert Member.objects.get().network == "two"


def test_newcomers_and_networks_are_forgotten_after_30_days(lobby):
    record([entry("regular", 3, network="a"), entry("newcomer", 2, network="b")])
    ban(MO, "regular")
    now = timezone.now()

    erase_outdated(now + timedelta(days=29))
    assert Member.objects.exclude(network="").count() == 2
    assert Act.objects.get(kind="ban").network == "a"
    erase_outdated(now + timedelta(days=30, hours=1))

    (member,) = Member.objects.all()
    assert (member.author_id, member.written, member.network) == ("regular", 3, "")
    ban_ = Act.objects.get(kind="ban")
    assert ban_.network == ""
    assert load_moderation("lobby").banned("regular", now)


def test_newcomers_are_forgotten_in_parts_and_their_networks_at_once(lobby, monkeypatch):
    monkeypatch.setattr(erasing, "BATCH", 2)
    record([entry(f"author{number}", network="a") for number in range(3)])
    then = timezone.now() + timedelta(days=31)

    erase_outdated(then)
    assert [each.network for each in Member.objects.all()] == [""]
    erase_outdated(then)

    assert not Member.objects.exists()


def test_declined_messages_are_forgotten_after_a_week_and_waiting_ones_are_not(lobby):
    declined, waiting = (replace(post(author="carol"), held=True) for _ in range(2))
    write_log([declined, waiting])
    decline(MO, declined.client_message_id)
    now = timezone.now()

    erase_outdated(now + timedelta(days=6))
    assert HeldMessage.objects.count() == 2
    assert erase_outdated(now + timedelta(days=8)) == 1

    assert HeldMessage.objects.get().client_message_id == waiting.client_message_id
