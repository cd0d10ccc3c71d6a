"""Messages that wait for a moderator."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from django.utils import timezone

from chat.models import Act, HeldMessage, Member, Message, Room
from chat.protocol import moderation as limits
from chat.protocol.errors import Conflict, Declined, Held, NotAllowed, NotFound
from chat.services.messages import write_log
from chat.services.moderation import holding
from chat.services.moderation.state import load_moderation
from tests.moderators import MO, OLIVIA, approve, decline
from tests.posts import held, post, posts, sent

pytestmark = pytest.mark.django_db


def test_a_held_message_is_stored_and_not_posted_and_resending_it_changes_nothing(lobby):
    message = held()

    assert [type(sent(message)) for _ in range(3)] == [Held] * 3

    assert not Message.objects.exists()
    assert Room.objects.get(slug="lobby").head == 0
    row = HeldMessage.objects.get()
    assert (row.author_id, row.author_name, row.body) == ("carol", "Carol", "Hello")


def test_processes_know_what_waits_and_whose_it_is(lobby):
    first, second, other = held(), held(), held(author="dora")
    before = load_moderation("lobby").version

    write_log([first, other])
    write_log([second])

    moderation = load_moderation("lobby")
    assert moderation.version == before + 2
    assert moderation.held == {
        "carol": (first.client_message_id, second.client_message_id),
        "dora": (other.client_message_id,),
    }
    assert moderation.held_count == 3


@pytest.mark.django_db(transaction=True)
def test_what_is_held_is_announced_without_a_number_of_the_log(lobby, announced):
    before = len(announced())
    message = held()

    write_log([message])
    write_log([message])

    (announcement,) = announced()[before:]
    assert announcement.moderation == load_moderation("lobby").version
    assert (announcement.after, announcement.head, announcement.changes) == (0, 0, None)


@pytest.mark.django_db(transaction=True)
def test_what_is_posted_in_the_same_batch_is_announced_with_it(lobby, announced):
    before = len(announced())

    write_log([held(), post("Hi"), held(author="dora")])

    (announcement,) = announced()[before:]
    assert announcement.moderation == load_moderation("lobby").version
    assert (announcement.after, announcement.head) == (0, 1)
    assert [change.seq for change in announcement.changes] == [1]


def test_an_approved_message_takes_its_place_as_the_newest_one(lobby):
    message = replace(held("Yes"), reply_to_seq=1)
    write_log(posts(2))
    sent(message)
    write_log(posts(1))
    before = timezone.now()

    act_id = approve(MO, message.client_message_id)

    posted = Message.objects.get(seq=4)
    assert (posted.author_id, posted.author_name, posted.body) == ("carol", "Carol", "Yes")
    assert (posted.client_message_id, posted.reply_to_seq) == (message.client_message_id, 1)
    assert posted.changed_seq == Room.objects.get(slug="lobby").head == 4
    assert posted.posted_at >= before
    assert not HeldMessage.objects.exists()
    entry = Act.objects.get(key=act_id)
    assert (entry.target_id, entry.target_name, entry.seq) == ("carol", "Carol", 4)
    assert Member.objects.get(author_id="carol").written == 1


@pytest.mark.django_db(transaction=True)
def test_an_approved_message_is_announced_as_a_post(lobby, announced):
    message = held("Yes")
    sent(message)
    before = len(announced())

    approve(MO, message.client_message_id)

    (announcement,) = announced()[before:]
    assert (announcement.after, announcement.head) == (0, 1)
    assert [change.is_post for change in announcement.changes] == [True]


def test_an_approved_message_that_is_sent_again_is_acknowledged_and_not_posted_twice(lobby):
    message = held()
    sent(message)
    approve(MO, message.client_message_id)

    assert sent(message) == 1
    assert sent(replace(message, held=False)) == 1

    assert Message.objects.count() == 1
    assert not HeldMessage.objects.exists()


def test_what_the_previous_release_posted_meanwhile_is_approved_and_not_posted_twice(lobby):
    message = held()
    write_log([message])
    HeldMessage.objects.update(client_message_id=uuid4())  # which that release does not look for
    assert sent(replace(message, held=False)) == 1
    HeldMessage.objects.update(client_message_id=message.client_message_id)

    act_id = approve(MO, message.client_message_id)

    assert Act.objects.get(key=act_id).seq == 1
    assert Message.objects.count() == Room.objects.get(slug="lobby").head == 1
    assert not HeldMessage.objects.exists()


def test_a_declined_message_loses_its_text_and_is_refused_from_then_on(lobby):
    message = held("My words")
    sent(message)

    act_id = decline(MO, message.client_message_id)

    for again in (message, replace(message, held=False), replace(message, body="Other words")):
        assert isinstance(sent(again), Declined)
    assert HeldMessage.objects.get().body == ""
    assert not Message.objects.exists()
    moderation = load_moderation("lobby")
    assert (moderation.held, moderation.held_count) == ({}, 0)
    assert Act.objects.get(key=act_id).target_id == "carol"


def test_the_same_id_with_another_text_is_a_conflict(lobby):
    message = held()
    sent(message)

    assert isinstance(sent(replace(message, body="Other words")), Conflict)

    assert HeldMessage.objects.get().body == "Hello"


def test_a_held_message_stays_held_when_the_rules_have_changed(lobby):
    message = held()
    sent(message)

    assert isinstance(sent(replace(message, held=False)), Held)

    assert not Message.objects.exists()


def test_a_message_that_was_posted_is_acknowledged_when_messages_are_held_later(lobby):
    message = post("Hello")
    sent(message)

    assert sent(replace(message, held=True)) == 1
    assert isinstance(sent(replace(message, held=True, body="Other words")), Conflict)

    assert not HeldMessage.objects.exists()


def test_two_with_one_id_in_a_batch_are_held_once(lobby):
    message = held()

    outcomes = write_log([message, message, replace(message, body="Other words")])

    assert [type(each) for each in outcomes] == [Held, Held, Conflict]
    assert HeldMessage.objects.count() == 1


@pytest.mark.parametrize("act", [approve, decline])
def test_what_does_not_wait_any_more_can_be_neither_approved_nor_declined(lobby, act):
    approved, declined = held(), held()
    write_log([approved, declined])
    approve(MO, approved.client_message_id)
    decline(MO, declined.client_message_id)

    for client_message_id in (
        approved.client_message_id,
        declined.client_message_id,
        uuid4(),
    ):
        with pytest.raises(NotFound):
            act(OLIVIA, client_message_id)


def test_a_held_message_of_another_room_is_not_approved_here(lobby):
    message = held(slug="attic")
    sent(message)

    with pytest.raises(NotFound):
        approve(MO, message.client_message_id)

    assert HeldMessage.objects.count() == 1


def test_a_held_reply_to_no_message_is_refused(lobby):
    assert isinstance(sent(replace(held(), reply_to_seq=3)), NotFound)

    assert not HeldMessage.objects.exists()


def test_a_person_has_only_a_few_messages_that_wait(lobby):
    mine = [held(str(number)) for number in range(limits.MAX_HELD)]
    assert {type(sent(each)) for each in mine} == {Held}

    assert isinstance(sent(held("More")), NotAllowed)

    assert isinstance(sent(mine[0]), Held)
    assert isinstance(sent(held(author="dora")), Held)
    decline(MO, mine[0].client_message_id)
    assert isinstance(sent(held("More")), Held)


def test_a_room_has_a_limited_number_of_messages_that_wait(lobby, monkeypatch):
    monkeypatch.setattr(holding, "MAX_ALL_HELD", 3)
    assert {type(sent(held(author=f"a{number}"))) for number in range(3)} == {Held}

    assert isinstance(sent(held()), NotAllowed)
    assert isinstance(sent(held(slug="attic")), Held)
    assert sent(post("Not held")) == 1
