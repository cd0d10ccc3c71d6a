"""Who is here and who is typing, from the reports of all nodes."""

from __future__ import annotations

import json

import pytest

from chat.live.roster import (
    MAX_TYPING,
    PRESENCE_TTL,
    TYPING_REPEAT,
    TYPING_TTL,
    Roster,
    TypingPeople,
)
from chat.protocol.frames import MAX_PEOPLE, Person

ALICE, BOB = Person("a1", "Alice"), Person("b1", "Bob")


def names(roster):
    people, count = roster.people()
    assert count == len(people)
    return [person.name for person in people]


def two_nodes():
    return Roster(), Roster()


def test_people_are_listed_by_name_whatever_its_case():
    roster = Roster()
    for author_id, name in (("1", "bob"), ("2", "Alice"), ("3", "CAROL")):
        roster.enter(Person(author_id, name))

    assert names(roster) == ["Alice", "bob", "CAROL"]


def test_two_sockets_of_one_author_are_one_person_until_both_are_gone():
    roster = Roster()
    roster.enter(ALICE)
    roster.enter(ALICE)

    roster.leave("a1")
    assert names(roster) == ["Alice"]

    roster.leave("a1")
    assert names(roster) == []


def test_a_new_name_replaces_the_old_one():
    roster = Roster()
    roster.enter(ALICE)

    roster.rename(Person("a1", "Alicia"))

    assert names(roster) == ["Alicia"]


def test_a_report_adds_the_people_of_another_node():
    here, there = two_nodes()
    here.enter(ALICE)
    there.enter(BOB)

    assert here.update(there.event(), now=0)

    assert names(here) == ["Alice", "Bob"]
    assert names(there) == ["Bob"]


def test_the_same_report_again_changes_nothing():
    here, there = two_nodes()
    there.enter(BOB)
    assert here.update(there.event(), now=0)

    assert not here.update(there.event(), now=1)


def test_a_node_that_reports_nobody_is_forgotten():
    here, there = two_nodes()
    there.enter(BOB)
    here.update(there.event(), now=0)
    there.leave("b1")

    assert here.update(there.event(), now=1)

    assert names(here) == []
    assert not here.update(there.event(), now=2)


def test_a_silent_node_expires_and_a_heartbeat_keeps_it():
    here, there = two_nodes()
    there.enter(BOB)
    here.update(there.event(), now=0)
    here.update(there.event(), now=20)

    assert not here.peers.expire(now=PRESENCE_TTL + 1)
    assert names(here) == ["Bob"]

    assert here.peers.expire(now=20 + PRESENCE_TTL + 1)
    assert names(here) == []


def test_someone_on_two_nodes_counts_once():
    here, there = two_nodes()
    here.enter(ALICE)
    there.enter(ALICE)

    here.update(there.event(), now=0)

    assert names(here) == ["Alice"]


def test_the_list_is_capped_and_the_count_goes_on():
    here, there = two_nodes()
    for number in range(MAX_PEOPLE + 50):
        there.enter(Person(f"t{number}", f"Person {number:04}"))
    here.enter(ALICE)

    assert len(there.event()["people"]) == MAX_PEOPLE
    here.update(there.event(), now=0)

    people, count = here.people()
    assert len(people) == MAX_PEOPLE
    assert count == MAX_PEOPLE + 51


def test_a_report_survives_json():
    """Through Redis, tuples become lists."""
    here, there = two_nodes()
    there.enter(BOB)

    here.update(json.loads(json.dumps(there.event())), now=0)

    assert names(here) == ["Bob"]


@pytest.fixture
def typing():
    return TypingPeople()


def test_typing_shows_until_it_stops(typing):
    assert typing.start(ALICE, now=0) == (True, True)
    assert typing.people() == [ALICE]

    assert typing.stop("a1")

    assert typing.people() == []
    assert not typing.stop("a1")


def test_typing_expires(typing):
    typing.start(ALICE, now=0)

    assert not typing.expire(now=TYPING_TTL - 0.1)
    assert typing.next_expiry() == TYPING_TTL
    assert typing.expire(now=TYPING_TTL)

    assert typing.people() == []
    assert typing.next_expiry() is None


def test_typing_on_extends_it_and_is_rarely_sent_again(typing):
    typing.start(ALICE, now=0)

    assert typing.start(ALICE, now=1) == (False, False)
    assert not typing.expire(now=TYPING_TTL)
    assert typing.start(ALICE, now=1 + TYPING_REPEAT) == (False, True)


def test_typing_without_a_pause_is_still_sent_again_in_time(typing):
    typing.start(ALICE, now=0)

    sent = [typing.start(ALICE, now=tenth / 10)[1] for tenth in range(1, 100)]

    assert sum(sent) >= 4, "or she would expire on the other nodes"


def test_a_new_name_shows_while_typing(typing):
    typing.start(ALICE, now=0)

    assert typing.start(Person("a1", "Alicia"), now=1)[0]

    assert [person.name for person in typing.people()] == ["Alicia"]


def test_the_list_of_typing_people_is_capped(typing):
    for number in range(MAX_TYPING + 5):
        typing.start(Person(str(number), "Somebody"), now=0)

    assert len(typing.people()) == MAX_TYPING
