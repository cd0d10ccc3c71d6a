"""Who may do what to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chat.models import Act, Message, Role
from chat.protocol.errors import NotAllowed
from chat.services.messages import write_log
from chat.services.moderation.actors import Actor
from chat.services.moderation.lists import read_lists
from chat.services.moderation.raids import start_raid
from chat.services.moderation.reports import report
from tests.moderators import (
    ALICE,
    BOB,
    MALLORY,
    MO,
    OLIVIA,
    STAFF,
    approve,
    ban,
    decline,
    end_raid,
    mute,
    person,
    pin,
    remove,
    set_role,
    set_rules,
    settle,
    sweep,
    undo,
)
from tests.posts import post

pytestmark = pytest.mark.django_db

OTHER_OWNER, OTHER_MODERATOR = Actor("olga", "Olga"), Actor("max", "Max")
HELD = uuid4()
ON_PEOPLE = [remove, mute, ban, sweep]
MAY_ACT_ON = {
    STAFF: {"olivia", "mo", "bob"},
    OLIVIA: {"mo", "bob"},
    OTHER_OWNER: {"mo", "bob"},
    MO: {"bob"},
    OTHER_MODERATOR: {"bob"},
    BOB: set(),
}
ON_ROOMS = {
    "rules": lambda actor: set_rules(actor, slow_seconds=5),
    "pin": lambda actor: pin(actor, 1),
    "approve": lambda actor: approve(actor, HELD),
    "decline": lambda actor: decline(actor, HELD),
    "settle": lambda actor: settle(actor, 1),
    "end a raid": end_raid,
    "read the lists": lambda actor: read_lists("lobby", actor, None),
}


@pytest.fixture
def people(lobby):
    """Messages of an owner (1), a moderator (2) and bob (3), one that is held, a report, a raid."""
    for author, role in (("olga", "owner"), ("max", "moderator")):
        Role.objects.create(room=lobby, author_id=author, name=author.capitalize(), role=role)
    write_log([post(author=author) for author in ("olivia", "mo", "bob")])
    write_log([replace(post(author="carol", client_message_id=HELD), held=True)])
    report("lobby", person(ALICE), 1, "")
    start_raid("lobby", timezone.now() + timedelta(minutes=10))
    return {"olivia": 1, "mo": 2, "bob": 3}


@pytest.mark.parametrize("actor", MAY_ACT_ON, ids=lambda actor: actor.name)
@pytest.mark.parametrize("whom", ["olivia", "mo", "bob"])
@pytest.mark.parametrize("act", ON_PEOPLE, ids=lambda act: act.__name__)
def test_moderators_act_on_everybody_but_each_other_and_owners_and_owners_on_all_but_owners(
    people, actor, whom, act
):
    before = Act.objects.count()
    target = people[whom] if act is remove else whom

    if whom in MAY_ACT_ON[actor]:
        act(actor, target)
        assert Act.objects.count() == before + 1
        return

    with pytest.raises(NotAllowed):
        act(actor, target)

    assert Act.objects.count() == before
    assert not Message.objects.exclude(deleted_at=None).exists()


@pytest.mark.parametrize("actor", MAY_ACT_ON, ids=lambda actor: actor.name)
@pytest.mark.parametrize("act", ON_ROOMS)
def test_what_is_done_to_the_room_takes_a_moderator(people, actor, act):
    if actor is not BOB:
        ON_ROOMS[act](actor)
        return

    with pytest.raises(NotAllowed):
        ON_ROOMS[act](actor)


@pytest.mark.parametrize("actor", MAY_ACT_ON, ids=lambda actor: actor.name)
@pytest.mark.parametrize("whom", ["olivia", "mo", "bob"])
@pytest.mark.parametrize("role", ["moderator", None])
def test_owners_appoint_and_dismiss_moderators(people, actor, whom, role):
    allowed = actor in (STAFF, OLIVIA, OTHER_OWNER) and whom in MAY_ACT_ON[actor]
    before = set(Role.objects.values_list("author_id", "role"))

    if not allowed:
        with pytest.raises(NotAllowed):
            set_role(actor, whom, role)
        assert set(Role.objects.values_list("author_id", "role")) == before
        return

    set_role(actor, whom, role)
    theirs = Role.objects.filter(author_id=whom).values_list("role", flat=True)
    assert list(theirs) == ([role] if role else [])


def test_a_moderator_who_is_dismissed_can_do_nothing_more(people):
    mute(MO, "bob", 60)
    set_role(OLIVIA, "mo", None)

    with pytest.raises(NotAllowed):
        mute(MO, "bob", 60)


@pytest.mark.parametrize("sanction", [mute, ban], ids=["mute", "ban"])
def test_a_moderator_who_is_muted_or_banned_has_no_powers_until_that_ends(people, sanction):
    act_id = sanction(OLIVIA, "mo", 60)

    with pytest.raises(NotAllowed):
        remove(MO, 3)
    with pytest.raises(NotAllowed):
        undo(MO, act_id)
    with pytest.raises(NotAllowed):
        read_lists("lobby", MO, None)

    Act.objects.filter(key=act_id).update(until=timezone.now() - timedelta(seconds=1))
    remove(MO, 3)


@pytest.mark.parametrize("act", [remove, mute, ban, sweep], ids=lambda act: act.__name__)
def test_what_an_owner_did_to_a_moderator_is_undone_by_owners_only(people, act):
    act_id = act(OLIVIA, people["mo"] if act is remove else "mo")

    with pytest.raises(NotAllowed):
        undo(OTHER_MODERATOR, act_id)
    assert not Act.objects.get(key=act_id).undone_at

    undo(OTHER_OWNER, act_id)
    assert Act.objects.get(key=act_id).undone_by_name == "Olga"


def test_moderators_undo_what_other_moderators_did_and_nobody_else_does(people):
    act_id = mute(MO, "bob", 60)

    for actor in (BOB, MALLORY):
        with pytest.raises(NotAllowed):
            undo(actor, act_id)

    undo(OTHER_MODERATOR, act_id)
    assert Act.objects.get(key=act_id).undone_at


def test_appointing_somebody_is_not_undone_by_a_moderator(people):
    act_id = set_role(OLIVIA, "bob", "moderator")

    with pytest.raises(NotAllowed):
        undo(MO, act_id)

    undo(OLIVIA, act_id)
    assert not Role.objects.filter(author_id="bob").exists()


def test_dismissing_somebody_is_not_undone_by_a_moderator(people):
    set_role(OLIVIA, "bob", "moderator")
    act_id = set_role(OLIVIA, "bob", None)

    with pytest.raises(NotAllowed):
        undo(MO, act_id)

    undo(OLIVIA, act_id)
    assert Role.objects.filter(author_id="bob").exists()
