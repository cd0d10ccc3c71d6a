"""Storing messages and announcing them: one step, all or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import Error, IntegrityError, connection, connections, transaction

from chat.models import Message, Room
from chat.protocol.errors import Conflict
from chat.services.messages import write_log
from tests.posts import post, posts

pytestmark = pytest.mark.django_db(transaction=True)


def stored(slug="lobby"):
    messages = Message.objects.filter(room__slug=slug).order_by("seq")
    return [(message.seq, message.body) for message in messages]


def test_messages_are_numbered_from_one_in_the_order_of_arrival():
    write_log([post("One"), post("Two", author="bob")])
    outcomes = write_log([post("Three")])

    assert stored() == [(1, "One"), (2, "Two"), (3, "Three")]
    assert outcomes == [3]
    assert Room.objects.get(slug="lobby").head == 3


def test_a_message_is_stored_unchanged():
    said = post("  Zoë 🦉\n\tindented ", author="alice")

    write_log([said])

    message = Message.objects.get()
    assert (message.author_id, message.author_name) == ("alice", "Alice")
    assert (message.client_message_id, message.body) == (said.client_message_id, said.body)
    assert message.changed_seq == message.seq == 1


def test_a_repeated_post_returns_the_stored_message():
    once = post("Hello")

    first = write_log([once])
    again = write_log([post("Before"), once])

    assert again == [2, 1]
    assert again[1] == first[0]
    assert stored() == [(1, "Hello"), (2, "Before")]


def test_a_post_that_is_twice_in_a_batch_is_stored_once():
    once = post("Hello")
    twin = post("Hello", client_message_id=once.client_message_id)

    outcomes = write_log([once, post("Between", author="bob"), twin])

    assert outcomes == [1, 2, 1]
    assert stored() == [(1, "Hello"), (2, "Between")]


def test_a_retry_uses_up_no_seq():
    once = post("Hello")
    for _ in range(3):
        write_log([once])

    (next_one,) = write_log([post("Next")])

    assert next_one == 2


def test_the_same_id_with_another_body_is_a_conflict_and_changes_nothing():
    said = post("Hello")
    other = post("Goodbye", client_message_id=said.client_message_id)

    within = write_log([said, other])
    across = write_log([other, post("Next")])

    assert within[0] == 1
    assert isinstance(within[1], Conflict)
    assert isinstance(across[0], Conflict)
    assert across[1] == 2
    assert stored() == [(1, "Hello"), (2, "Next")]


def test_a_retry_by_a_new_guest_returns_the_stored_message():
    once = post("Hello", author="guest")
    again = post("Hello", author="newguest", client_message_id=once.client_message_id)

    within = write_log([once, again])
    (across,) = write_log([again])

    assert within == [1, 1]
    assert across == within[0]
    assert stored() == [(1, "Hello")]
    assert Message.objects.get().author_id == "guest"


def test_somebody_elses_id_with_another_body_is_a_conflict_and_changes_nothing():
    hers = post("Hers", author="alice")
    copied = post("His", author="mallory", client_message_id=hers.client_message_id)

    assert write_log([hers]) == [1]
    (refused,) = write_log([copied])

    assert isinstance(refused, Conflict)
    assert stored() == [(1, "Hers")]


def test_an_id_may_be_used_in_another_room():
    hers = post("Hers")

    write_log([hers])
    write_log([post("Elsewhere", slug="attic", client_message_id=hers.client_message_id)])

    assert stored() == [(1, "Hers")]
    assert stored("attic") == [(1, "Elsewhere")]


def test_the_database_itself_refuses_a_second_message_with_an_id():
    write_log([post("Hello", author="alice")])
    twin = Message.objects.get()
    twin.pk, twin.seq, twin.changed_seq, twin.author_id = None, 2, 2, "bob"

    with pytest.raises(IntegrityError):
        twin.save()


def test_rooms_are_numbered_separately_within_one_batch():
    batch = [post("1", slug="attic"), post("2"), post("3", slug="attic"), post("4")]

    outcomes = write_log(batch)

    assert outcomes == [1, 1, 2, 2]
    assert stored("attic") == [(1, "1"), (2, "3")]
    assert stored("lobby") == [(1, "2"), (2, "4")]


def test_a_room_is_created_with_its_first_message():
    visited = Room.objects.at("attic")
    assert not Room.objects.filter(slug="attic").exists()

    write_log([post(slug="attic")])

    made = Room.objects.get(slug="attic")
    assert made.head == 1
    assert made.epoch == visited.epoch, "who came first would lose their cursor"


def test_a_batch_is_announced_once_with_all_that_is_new(announced):
    known = post("Known")
    write_log([known])
    new = post("One")

    write_log([known, new, post("Two")])

    first, second = announced()
    assert (first.after, first.head) == (0, 1)
    assert (second.after, second.head) == (1, 3)
    assert [change.seq for change in second.changes] == [2, 3]
    assert second.epoch == Room.objects.get(slug="lobby").epoch
    assert second.received_at == new.received_at, "what the delivery metric counts from"


def test_nothing_new_is_not_announced(announced):
    once = post("Hello")
    write_log([once])

    write_log([once])
    write_log([post("Goodbye", client_message_id=once.client_message_id)])

    assert len(announced()) == 1


def test_nothing_is_announced_before_the_commit(announced):
    with transaction.atomic():
        write_log([post()])
        assert announced() == []

    assert len(announced()) == 1


def test_a_transaction_that_fails_stores_and_announces_nothing(announced):
    nameless = post("Nameless")
    object.__setattr__(nameless, "author_name", None)

    with pytest.raises(Error):
        write_log([post("One"), nameless, post("Two")])

    assert stored() == []
    assert announced() == []
    assert write_log([post("Three")]) == [1]


def test_what_an_outer_transaction_rolls_back_is_not_announced(announced):
    with pytest.raises(KeyError), transaction.atomic():
        write_log([post()])
        raise KeyError

    assert stored() == []
    assert announced() == []


def test_threads_that_post_into_one_new_room_leave_no_gap():
    threads, each = 4, 20
    batches = [[posts(each // 2), posts(each // 2)] for _ in range(threads)]

    def talk(batch):
        try:
            return [seq for together in batch for seq in write_log(together)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        seqs = [seq for theirs in pool.map(talk, batches) for seq in theirs]

    assert sorted(seqs) == list(range(1, threads * each + 1))
    assert [seq for seq, _ in stored()] == sorted(seqs)
    assert Room.objects.get(slug="lobby").head == threads * each


def test_threads_that_repeat_one_post_store_it_once():
    once = post("Hello")

    def say_it(_):
        try:
            return write_log([once])[0]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        seqs = list(pool.map(say_it, range(8)))

    assert seqs == [1] * 8
    assert stored() == [(1, "Hello")]


def test_a_batch_costs_few_queries(django_assert_max_num_queries):
    write_log([post("Make the room")])

    with django_assert_max_num_queries(6):  # BEGIN, lock, known, insert, head, COMMIT
        write_log(posts(100))

    assert connection.get_autocommit()
