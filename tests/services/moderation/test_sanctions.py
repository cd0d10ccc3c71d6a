"""Mutes and bans: in force until they end or are undone, one at a time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chat.models import Act, Member
from chat.protocol.errors import NotFound, TooLate
from chat.services.messages import write_log
from chat.services.moderation.state import load_moderation
from tests.moderators import MO, OLIVIA, ban, mute, undo
from tests.posts import post

pytestmark = pytest.mark.django_db

SANCTIONS = pytest.mark.parametrize("sanction", [mute, ban], ids=["mute", "ban"])


def refusal(sanction, author="mallory", now=None):
    moderation = load_moderation("lobby")
    found = moderation.muted if sanction is mute else moderation.banned
    return found(author, now or timezone.now())


@SANCTIONS
def test_it_is_in_force_until_it_ends_by_itself(lobby, sanction):
    write_log([post(author="mallory")])
    sanction(MO, "mallory", 600)
    now = timezone.now()

    found = refusal(sanction, now=now)

    assert found.code == {mute: "muted", ban: "banned"}[sanction]
    assert 590_000 < found.retry_in_ms <= 600_001
    assert refusal(sanction, "alice") is None
    assert refusal(sanction, now=now + timedelta(seconds=601)) is None
    Act.objects.update(until=now - timedelta(seconds=1))
    moderation = load_moderation("lobby")
    assert (moderation.mutes, moderation.bans) == ({}, {})
    assert moderation.is_plain


@SANCTIONS
def test_without_a_time_it_is_for_good(lobby, sanction):
    sanction(MO, "mallory")

    found = refusal(sanction, now=timezone.now() + timedelta(days=10_000))

    assert found is not None
    assert found.retry_in_ms is None
    assert not load_moderation("lobby").is_plain


@SANCTIONS
def test_undoing_it_ends_it(lobby, sanction):
    act_id = sanction(MO, "mallory")

    undo(OLIVIA, act_id)

    assert refusal(sanction) is None


@SANCTIONS
def test_a_new_one_replaces_the_one_before_and_undoing_it_leaves_none(lobby, sanction):
    first = sanction(MO, "mallory")
    second = sanction(OLIVIA, "mallory", 60)

    assert refusal(sanction).retry_in_ms <= 60_001
    assert Act.objects.get(key=first).undone_by_name == "Olivia"
    undo(MO, second)
    assert refusal(sanction) is None


def test_a_ban_does_not_replace_a_mute(lobby):
    mute(MO, "mallory")
    ban(MO, "mallory")

    assert refusal(mute)
    assert refusal(ban)


@SANCTIONS
def test_one_that_has_ended_cannot_be_undone(lobby, sanction):
    act_id = sanction(MO, "mallory", 60)
    Act.objects.update(until=timezone.now() - timedelta(seconds=1))

    with pytest.raises(TooLate):
        undo(MO, act_id)


def test_the_log_names_the_person_by_their_latest_message(lobby):
    write_log([post(author="mallory"), post("Hi", author="alice")])

    for author in ("mallory", "mo-is-no-id", "stranger"):
        if author == "mo-is-no-id":
            with pytest.raises(NotFound):
                mute(MO, author)
        else:
            mute(MO, author)

    names = Act.objects.filter(kind="mute").order_by("id").values_list("target_id", "target_name")
    assert list(names) == [("mallory", "Mallory"), ("stranger", "")]


@pytest.mark.parametrize(
    ("seconds", "slowed_days"), [(None, 30), (3600, 1 / 24), (100 * 24 * 3600, 30)]
)
def test_the_network_of_somebody_who_is_banned_is_slowed_for_30_days_at_most(
    lobby, seconds, slowed_days
):
    now = timezone.now()
    Member.objects.create(room=lobby, author_id="mallory", since=now, network="hash")
    Member.objects.create(room=lobby, author_id="bob", since=now, network="other")
    ban(MO, "mallory", seconds)

    moderation = load_moderation("lobby")

    last = timezone.now() + timedelta(days=slowed_days)
    assert moderation.slows("hash", last - timedelta(minutes=1))
    assert not moderation.slows("hash", last)
    assert not moderation.slows("other", now)
    assert not moderation.slows("", now)


def test_the_network_is_not_slowed_any_more_once_the_ban_is_undone(lobby):
    Member.objects.create(room=lobby, author_id="mallory", since=timezone.now(), network="hash")
    act_id = ban(MO, "mallory")
    assert load_moderation("lobby").networks

    undo(MO, act_id)

    assert load_moderation("lobby").networks == {}


def test_nobody_is_slowed_for_somebody_whose_network_is_not_known(lobby):
    ban(MO, "mallory")

    assert load_moderation("lobby").networks == {}
