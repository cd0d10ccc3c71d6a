"""Rules, roles and pins: each undo goes back to what was there before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chat.models import Act, Message, Pin, Role, Room
from chat.protocol import moderation as limits
from chat.protocol.errors import Deleted, NotFound, TooLate, TooMany
from chat.protocol.moderation import Rules
from chat.services.messages import write_log
from chat.services.moderation import keys, pins, roles
from chat.services.moderation.actors import Actor
from chat.services.moderation.state import load_moderation
from chat.services.writes import Delete
from tests.moderators import (
    BOB,
    MO,
    OLIVIA,
    STAFF,
    ban,
    mute,
    person,
    pin,
    set_role,
    set_rules,
    undo,
)
from tests.posts import post, posts

pytestmark = pytest.mark.django_db


def test_rules_are_replaced_as_a_whole_and_logged_as_on_the_wire(lobby):
    assert load_moderation("lobby").rules == Rules()
    set_rules(MO, slow_seconds=30, hold_links=True)

    act_id = set_rules(OLIVIA, hold="newcomers")

    assert load_moderation("lobby").rules == Rules(hold="newcomers")
    assert Act.objects.get(key=act_id).detail == '{"hold":"newcomers"}'


def test_undoing_rules_brings_back_those_before(lobby):
    first = set_rules(MO, slow_seconds=30)
    second = set_rules(MO, slow_seconds=60)

    undo(MO, second)
    assert load_moderation("lobby").rules == Rules(slow_seconds=30)
    undo(MO, first)
    assert load_moderation("lobby").rules == Rules()


def test_rules_that_were_changed_since_are_not_undone(lobby):
    first = set_rules(MO, slow_seconds=30)
    set_rules(MO, slow_seconds=60)

    with pytest.raises(TooLate):
        undo(MO, first)

    assert load_moderation("lobby").rules == Rules(slow_seconds=60)


def test_rules_that_this_release_does_not_know_are_none(lobby):
    Room.objects.update(rules='{"slow_seconds":5,"unheard_of":1}')

    assert load_moderation("lobby").rules == Rules()


@pytest.mark.parametrize(
    ("rules", "is_plain"),
    [
        ({}, True),
        ({"keep_pins": True}, True),
        ({"slow_seconds": 1}, False),
        ({"writers": "regulars"}, False),
        ({"hold": "everybody"}, False),
        ({"hold_links": True}, False),
    ],
)
def test_a_room_is_plain_while_its_rules_concern_nobody_who_writes(lobby, rules, is_plain):
    set_rules(MO, **rules)

    assert load_moderation("lobby").is_plain == is_plain


def test_roles_are_known_with_owners_first(lobby):
    write_log([post(author="bob")])
    Role.objects.all().delete()
    set_role(STAFF, "bob", "moderator")
    keys.make_owner("lobby", person(OLIVIA))

    moderation = load_moderation("lobby")

    roles_ = [(role.author_id, role.name, role.role) for role in moderation.roles.values()]
    assert roles_ == [("olivia", "Olivia", "owner"), ("bob", "Bob", "moderator")]
    assert moderation.role_of("bob") == "moderator"
    assert moderation.role_of("olivia") == "owner"
    assert moderation.role_of("alice") is None


@pytest.mark.parametrize("sanction", [mute, ban], ids=["mute", "ban"])
def test_who_is_muted_or_banned_has_no_role_meanwhile(lobby, sanction):
    act_id = sanction(OLIVIA, "mo", 60)
    assert load_moderation("lobby").role_of("mo") is None

    Act.objects.filter(key=act_id).update(until=timezone.now() - timedelta(seconds=1))

    assert load_moderation("lobby").role_of("mo") == "moderator"


def test_undoing_an_appointment_dismisses_and_undoing_a_dismissal_appoints(lobby):
    write_log([post(author="bob")])
    appointed = set_role(OLIVIA, "bob", "moderator")
    dismissed = set_role(OLIVIA, "bob", None)

    undo(OLIVIA, dismissed)
    assert load_moderation("lobby").role_of("bob") == "moderator"
    undo(OLIVIA, appointed)
    assert load_moderation("lobby").role_of("bob") is None


def test_an_appointment_of_somebody_who_is_an_owner_since_is_not_undone(lobby):
    appointed = set_role(OLIVIA, "bob", "moderator")
    keys.make_owner("lobby", person(BOB))

    with pytest.raises(TooLate):
        undo(STAFF, appointed)

    assert load_moderation("lobby").role_of("bob") == "owner"


def test_staff_undo_that_somebody_became_an_owner(lobby):
    set_role(OLIVIA, "bob", "moderator")
    keys.make_owner("lobby", person(BOB))
    became = Act.objects.get(detail="owner", target_id="bob").key

    undo(STAFF, became)

    assert load_moderation("lobby").role_of("bob") == "moderator"


def test_a_room_has_a_limited_number_of_roles(lobby, monkeypatch):
    monkeypatch.setattr(roles, "MAX_ROLES", 3)
    set_role(OLIVIA, "bob", "moderator")

    with pytest.raises(TooMany):
        set_role(OLIVIA, "alice", "moderator")
    with pytest.raises(TooMany):
        keys.make_owner("lobby", person(Actor("alice", "Alice")))

    keys.make_owner("lobby", person(BOB))
    set_role(OLIVIA, "mo", None)
    set_role(OLIVIA, "alice", "moderator")


def test_the_message_that_was_pinned_last_comes_first(lobby):
    write_log(posts(3))

    for seq in (2, 3, 1):
        pin(MO, seq)
    pin(MO, 3, on=False)

    assert load_moderation("lobby").pins == (1, 2)


def test_pinning_and_unpinning_are_undone(lobby):
    write_log(posts(2))
    act_id = pin(MO, 1)
    undo(MO, act_id)
    assert load_moderation("lobby").pins == ()
    pin(MO, 2)
    act_id = pin(MO, 2, on=False)

    undo(MO, act_id)

    assert load_moderation("lobby").pins == (2,)


def test_what_was_unpinned_since_is_not_undone(lobby):
    write_log(posts(1))
    pinned = pin(MO, 1)
    pin(MO, 1, on=False)

    with pytest.raises(TooLate):
        undo(MO, pinned)


def test_only_messages_that_are_there_are_pinned(lobby):
    write_log(posts(1))
    write_log([Delete("lobby", "alice", 1)])

    with pytest.raises(Deleted):
        pin(MO, 1)
    with pytest.raises(NotFound):
        pin(MO, 2)

    assert not Pin.objects.exists()


def test_a_room_has_a_limited_number_of_pins(lobby, monkeypatch):
    monkeypatch.setattr(pins, "MAX_PINS", 2)
    write_log([*posts(3), post(slug="attic")])
    Pin.objects.create(message=Message.objects.get(room__slug="attic"))
    pin(MO, 1)
    unpinned = pin(MO, 2)

    with pytest.raises(TooMany):
        pin(MO, 3)
    pin(MO, 2)
    undo(MO, pin(MO, 2, on=False))
    pin(MO, 2, on=False)
    pin(MO, 3)

    with pytest.raises(TooLate):
        undo(MO, unpinned)
    assert load_moderation("lobby").pins == (3, 1)
    assert limits.MAX_PINS == 20
