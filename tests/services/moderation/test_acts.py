"""Acts are done once, whatever is sent again, logged, and announced."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chat.models import Act, Message, Role, Room
from chat.protocol import moderation as wire
from chat.protocol.errors import Conflict, NotAllowed, NotFound
from chat.services.messages import write_log
from chat.services.moderation.acts import perform
from chat.services.moderation.raids import start_raid
from chat.services.moderation.reports import report
from tests.moderators import (
    ALICE,
    MO,
    OLIVIA,
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
from tests.posts import post, posts

pytestmark = pytest.mark.django_db

HELD = uuid4()
ACTS = {
    "remove": lambda **fields: remove(OLIVIA, 1, **fields),
    "mute": lambda **fields: mute(OLIVIA, "mallory", 60, **fields),
    "ban": lambda **fields: ban(OLIVIA, "mallory", **fields),
    "sweep": lambda **fields: sweep(OLIVIA, "mallory", **fields),
    "role": lambda **fields: set_role(OLIVIA, "alice", "moderator", **fields),
    "rules": lambda **fields: set_rules(OLIVIA, slow_seconds=5, **fields),
    "pin": lambda **fields: pin(OLIVIA, 1, **fields),
    "approve": lambda **fields: approve(OLIVIA, HELD, **fields),
    "decline": lambda **fields: decline(OLIVIA, HELD, **fields),
    "settle": lambda **fields: settle(OLIVIA, 1, **fields),
    "raid": lambda **fields: end_raid(OLIVIA, **fields),
}
UNDOABLE = ["remove", "mute", "ban", "sweep", "role", "rules", "pin", "settle"]


@pytest.fixture
def busy(lobby):
    """A room in which each of these acts can be done."""
    write_log(posts(3, author="mallory"))
    write_log([replace(post(author="carol", client_message_id=HELD), held=True)])
    report("lobby", person(ALICE), 1, "")
    start_raid("lobby", timezone.now() + timedelta(minutes=10))


def version():
    return Room.objects.get(slug="lobby").moderation_version


@pytest.mark.parametrize("kind", ACTS)
def test_an_act_that_is_sent_again_is_acknowledged_and_not_done_twice(busy, kind):
    act_id = ACTS[kind]()
    entry = Act.objects.get(key=act_id)
    assert (entry.kind, entry.by_id, entry.by_name) == (kind, "olivia", "Olivia")
    before = version(), list(Message.objects.order_by("seq").values_list("changed_seq", "body"))

    ACTS[kind](act_id=act_id)

    assert Act.objects.filter(kind=kind, by_id="olivia", at__gte=entry.at).count() == 1
    after = version(), list(Message.objects.order_by("seq").values_list("changed_seq", "body"))
    assert after == before


@pytest.mark.parametrize("kind", UNDOABLE)
def test_undoing_twice_is_acknowledged_and_not_done_twice(busy, kind):
    act_id = ACTS[kind]()

    undo(MO if kind != "role" else OLIVIA, act_id)
    before = version(), Act.objects.get(key=act_id).undone_at
    assert before[1]
    undo(OLIVIA, act_id)

    assert (version(), Act.objects.get(key=act_id).undone_at) == before


@pytest.mark.parametrize("kind", UNDOABLE)
def test_an_act_that_is_sent_again_after_it_was_undone_stays_undone(busy, kind):
    act_id = ACTS[kind]()
    undo(OLIVIA, act_id)
    before = version()

    ACTS[kind](act_id=act_id)

    assert version() == before
    assert Act.objects.get(key=act_id).undone_at


@pytest.mark.parametrize("kind", sorted(ACTS.keys() - UNDOABLE))
def test_what_cannot_be_undone_is_refused(busy, kind):
    act_id = ACTS[kind]()

    with pytest.raises(NotAllowed):
        undo(OLIVIA, act_id)

    assert Act.objects.get(key=act_id).undone_at is None


@pytest.mark.parametrize("kind", ACTS)
def test_each_act_and_each_undo_raises_the_version_of_the_rooms_moderation(busy, kind):
    before = version()

    act_id = ACTS[kind]()

    assert version() == before + 1
    if kind in UNDOABLE:
        undo(OLIVIA, act_id)
        assert version() == before + 2


def test_an_act_that_was_stored_is_acknowledged_to_somebody_who_has_lost_their_role(busy):
    act_id = mute(MO, "mallory", 60)
    set_role(OLIVIA, "mo", None)

    mute(MO, "mallory", 60, act_id=act_id)

    with pytest.raises(NotAllowed):
        mute(MO, "mallory", 60)


def test_an_act_id_serves_one_person_and_one_kind_of_act(busy):
    act_id = mute(OLIVIA, "mallory", 60)

    with pytest.raises(Conflict):
        mute(MO, "mallory", 60, act_id=act_id)
    with pytest.raises(Conflict):
        ban(OLIVIA, "mallory", act_id=act_id)

    assert Act.objects.filter(kind="ban").count() == 0


def test_an_act_id_serves_for_one_message_or_one_person(busy):
    muted, removed = mute(OLIVIA, "mallory", 60), remove(OLIVIA, 1)

    with pytest.raises(Conflict):
        mute(OLIVIA, "carol", 60, act_id=muted)
    with pytest.raises(Conflict):
        remove(OLIVIA, 2, act_id=removed)

    assert not Message.objects.get(seq=2).removed


def test_an_act_id_of_another_room_is_free_in_this_one(busy):
    write_log([post(slug="attic", author="mallory")])
    attic = Room.objects.get(slug="attic")
    Role.objects.create(room=attic, author_id="olivia", name="Olivia", role="owner")
    act_id = mute(OLIVIA, "mallory", 60)

    perform("attic", OLIVIA, wire.MutePerson(1, act_id, "mallory", 60))

    assert Act.objects.filter(key=act_id).count() == 2


def test_a_role_in_one_room_allows_nothing_in_another(busy):
    write_log([post(slug="attic", author="mallory")])

    with pytest.raises(NotAllowed):
        perform("attic", OLIVIA, wire.MutePerson(1, uuid4(), "mallory", 60))


def test_an_act_that_fails_leaves_no_trace(busy):
    before = version(), Act.objects.count()

    with pytest.raises(NotFound):
        remove(OLIVIA, 99)
    with pytest.raises(NotFound):
        sweep(OLIVIA, "alice")
    with pytest.raises(NotFound):
        undo(OLIVIA, uuid4())
    with pytest.raises(NotFound):
        mute(OLIVIA, "no id\0")

    assert (version(), Act.objects.count()) == before


@pytest.mark.django_db(transaction=True)
def test_an_act_is_announced_after_its_commit_with_what_it_changed(busy, announced):
    before = len(announced())
    head = Room.objects.get(slug="lobby").head

    mute(OLIVIA, "mallory", 60)
    remove(OLIVIA, 1)
    swept = sweep(OLIVIA, "mallory")
    undo(OLIVIA, swept)

    muted, removed, gone, back = announced()[before:]
    assert (muted.head, muted.changes) == (0, None)
    assert (removed.after, removed.head) == (head, head + 1)
    assert [change.message_seq for change in removed.changes] == [1]
    assert b'"removed":true' in bytes(removed.changes[0].message)
    assert (gone.after, gone.head, gone.changes) == (head + 1, head + 2, None)
    assert (back.after, back.head, back.changes) == (head + 2, head + 3, None)
    versions = [each.moderation for each in (muted, removed, gone, back)]
    assert versions == list(range(versions[0], versions[0] + 4))
    assert versions[-1] == version()
