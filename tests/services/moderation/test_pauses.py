"""The pause between two messages of a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import HeldMessage, Member
from chat.protocol import moderation as limits
from chat.protocol.errors import Held, NotAllowed, NotFound, SlowMode
from chat.services.messages import write_log
from tests.posts import held, post, sent

pytestmark = pytest.mark.django_db


def paused(body="Hello", **fields):
    return replace(post(body, **fields), pause=60)


def test_in_slow_mode_a_person_pauses_between_two_messages(lobby):
    first = paused("One")
    assert sent(first) == 1

    refused = sent(paused("Two"))

    assert isinstance(refused, SlowMode)
    assert 50_000 < refused.retry_in_ms <= 60_001
    assert sent(first) == 1, "what is stored is acknowledged"
    assert sent(paused(author="bob")) == 2
    Member.objects.update(written_at=timezone.now() - timedelta(seconds=61))
    assert sent(paused("Two")) == 3
    assert isinstance(sent(paused("Three")), SlowMode)


def test_in_slow_mode_one_of_two_in_a_batch_is_stored(lobby):
    outcomes = write_log([paused("One"), paused("Two"), paused("Hi", author="bob")])

    assert [outcomes[0], type(outcomes[1]), outcomes[2]] == [1, SlowMode, 2]


def test_who_does_not_have_to_pause_is_not_slowed_and_costs_no_query_more(lobby):
    assert sent(paused("One")) == 1

    with CaptureQueriesContext(connection) as seen:
        assert sent(post("Two")) == 2

    reads = [each["sql"] for each in seen if each["sql"].startswith("SELECT")]
    assert len(reads) == 2, "of the room, and of what is known under the message's id"
    assert not [each["sql"] for each in seen if "chat_member" in each["sql"]]


def test_a_held_message_counts_as_one_in_slow_mode_and_may_be_sent_again(lobby):
    message = replace(held(), pause=60)
    assert isinstance(sent(message), Held)

    assert isinstance(sent(message), Held)
    assert isinstance(sent(replace(held("Two"), pause=60)), SlowMode)
    assert HeldMessage.objects.count() == 1


def test_a_message_that_is_refused_starts_no_pause(lobby):
    assert isinstance(sent(replace(paused(), reply_to_seq=9)), NotFound)
    mine = [held(str(number), author="alice") for number in range(limits.MAX_HELD)]
    write_log(mine)
    assert isinstance(sent(replace(held(author="alice"), pause=60)), NotAllowed)

    assert sent(paused()) == 1


def test_the_pause_of_one_room_is_not_that_of_another(lobby):
    sent(paused())

    assert sent(paused(slug="attic")) == 1
