"""The first message of a day, the messages since a reader's last visit, and who reacted."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat.access.guests import COOKIE, guest_from
from chat.models import Message, Reaction, Room

pytestmark = pytest.mark.django_db(transaction=True)  # it reads in threads of its own
JSON = {"accept": "application/json"}
FIRST = datetime(2025, 3, 1, 12, tzinfo=UTC)
# Every third change here is not a message, so its seq is missing.
SEQS = [seq for seq in range(1, 600) if seq % 3]


def posted_at(seq):
    """One message every five hours."""
    return FIRST + timedelta(hours=5 * seq)


@pytest.fixture
def attic():
    room = Room.objects.create(slug="attic", epoch="e", head=SEQS[-1])
    Message.objects.bulk_create(
        Message(
            room=room,
            seq=seq,
            changed_seq=seq,
            author_id="bob",
            author_name="Bob",
            client_message_id=uuid4(),
            body=f"Message {seq}",
            posted_at=posted_at(seq),
        )
        for seq in SEQS
    )
    return room


def ask(client, question, **params):
    return client.get(f"/r/attic/{question}/", params, headers=JSON)


def test_a_moment_finds_the_first_message_at_or_after_it(client, attic):
    for hours in range(0, 3100, 97):
        moment = FIRST + timedelta(hours=hours)

        answer = ask(client, "at", date=moment.isoformat()).json()

        since = [seq for seq in SEQS if posted_at(seq) >= moment]
        assert answer["seq"] == (since[0] if since else None)
        if since:
            assert datetime.fromisoformat(answer["posted_at"]) == posted_at(since[0])


def test_messages_from_the_future_do_not_hide_a_day(client, attic):
    Message.objects.filter(seq__gte=100, seq__lt=500).update(
        posted_at=timezone.now() + timedelta(days=3000)
    )

    for seq in (50, 502, 598):
        answer = ask(client, "at", date=posted_at(seq).isoformat()).json()
        assert answer["seq"] == seq
    assert ask(client, "at", date=posted_at(300).isoformat()).json()["seq"] == 500


@pytest.mark.parametrize("seed", range(5))
def test_with_disagreeing_clocks_the_times_shown_cross_the_moment_at_the_result(
    client, attic, seed
):
    rng = random.Random(seed)
    shown = {seq: posted_at(seq) + timedelta(hours=rng.randint(-200, 200)) for seq in SEQS}
    messages = list(Message.objects.all())
    for message in messages:
        message.posted_at = shown[message.seq]
    Message.objects.bulk_update(messages, ["posted_at"])

    for hours in range(0, 3100, 97):
        moment = FIRST + timedelta(hours=hours)

        found = ask(client, "at", date=moment.isoformat()).json()["seq"]

        before = SEQS[-1] if found is None else max([s for s in SEQS if s < found], default=None)
        assert found is None or shown[found] >= moment
        assert before is None or shown[before] < moment


def test_a_day_starts_at_midnight_utc_and_a_moment_in_its_own_zone(client, attic):
    day = ask(client, "at", date="2025-03-03").json()["seq"]

    assert posted_at(day) >= datetime(2025, 3, 3, tzinfo=UTC) > posted_at(day - 1)
    assert ask(client, "at", date="2025-03-03T00:00:00Z").json()["seq"] == day
    assert ask(client, "at", date="2025-03-03T01:00:00+01:00").json()["seq"] == day
    assert ask(client, "at", date="2025-03-03T00:00:00-12:00").json()["seq"] > day


def test_dates_before_the_first_and_after_the_last_message_are_answered(client, attic):
    assert ask(client, "at", date="0001-01-01").json()["seq"] == 1
    assert ask(client, "at", date="9999-12-31").json() == {"seq": None}
    nowhere = client.get("/r/nobody-spoke/at/?date=2025-03-01", headers=JSON)
    assert nowhere.json() == {"seq": None}


@pytest.mark.parametrize("date", ["", "yesterday", "2025-02-30", "2025-03-01T25:00:00Z", "1\0"])
def test_an_invalid_date_is_refused(client, attic, date):
    response = ask(client, "at", date=date)

    assert response.status_code == 400
    assert response.json()["code"] == "bad_date"


def test_a_date_is_found_with_few_queries_however_long_the_log(
    client, attic, django_assert_max_num_queries
):
    Room.objects.filter(pk=attic.pk).update(head=1_000_000)
    Message.objects.filter(seq=SEQS[-1]).update(
        seq=1_000_000, posted_at=posted_at(1_000_000 // 100)
    )

    with django_assert_max_num_queries(24):
        assert Message.objects.filter(room=attic).first_posted_since(posted_at(100)).seq == 100


def test_a_browser_without_javascript_is_redirected_to_the_date_and_can_page_from_there(
    client, attic
):
    response = client.get("/r/attic/at/?date=2025-03-03", headers={"accept": "text/html,*/*;q=0.8"})
    assert response.status_code == 302
    address = response.headers["Location"]
    assert address.startswith("/r/attic/?at=")

    page = client.get(address).content.decode()

    seq = int(address.partition("#")[2])
    assert f'id="{seq}"' in page
    assert f"Message {seq}<" in page
    assert f"Message {seq - 1}<" not in page
    shown = [number for number in SEQS if f'id="{number}"' in page]
    assert f'href="/r/attic/?at={SEQS[SEQS.index(shown[-1]) + 1]}"' in page
    assert 'href="/r/attic/?at=1"' in page
    assert 'href="/r/attic/?at=' in client.get("/r/attic/").content.decode(), "from the latest, too"


def test_messages_of_others_since_a_visit_are_counted(attic):
    alice = Client()
    alice.get("/")
    me = guest_from({COOKIE: alice.cookies[COOKIE].value}).person.author_id
    Message.objects.filter(seq__in=[592, 593]).update(author_id=me)

    assert ask(alice, "missed", after=590).json() == {"seq": 595, "count": 4, "more": False}
    assert ask(Client(), "missed", after=590).json()["count"] == 6
    assert ask(alice, "missed", after=599).json() == {"seq": None, "count": 0, "more": False}


def test_deleted_messages_are_not_unread(attic):
    alice = Client()
    alice.get("/")
    assert ask(alice, "missed", after=590).json() == {"seq": 592, "count": 6, "more": False}

    Message.objects.filter(seq__in=[592, 596]).update(body="", deleted_at=timezone.now())

    assert ask(alice, "missed", after=590).json() == {"seq": 593, "count": 4, "more": False}


def test_the_count_of_unread_messages_has_a_limit(client, attic, monkeypatch):
    monkeypatch.setattr("chat.views.history_lookup.MAX_UNREAD", 10)

    assert ask(client, "missed", after=0).json() == {"seq": 1, "count": 10, "more": True}
    for bad in ("", "-1", "1e3", "9" * 16, "¹"):
        assert ask(client, "missed", after=bad).status_code == 400


def react(room, seq, *reactions):
    message = Message.objects.get(room=room, seq=seq)
    Reaction.objects.bulk_create(
        Reaction(message=message, emoji=emoji, author_id=f"id of {name}", author_name=name)
        for emoji, name in reactions
    )


def test_those_who_reacted_are_named_in_the_order_in_which_they_did(client, attic):
    react(attic, 5, ("👍", "Bob"), ("🎉", "Ada"), ("👍", "Ada"))
    react(attic, 4, ("👍", "Mallory"))
    Message.objects.filter(seq=4).update(room=Room.objects.create(slug="cellar", epoch="e"))

    assert ask(client, "reactions", seq=5).json() == {
        "reactions": [
            {"emoji": "👍", "count": 2, "names": ["Bob", "Ada"]},
            {"emoji": "🎉", "count": 1, "names": ["Ada"]},
        ]
    }
    assert ask(client, "reactions", seq=4).json() == {"reactions": []}, "it is in another room"
    assert ask(client, "reactions", seq=590).json() == {"reactions": []}


def test_the_names_of_those_who_reacted_have_a_limit_for_each_kind(client, attic, monkeypatch):
    monkeypatch.setattr("chat.views.history_lookup.MAX_NAMES", 2)
    react(attic, 5, *(("👍", f"Guest {number}") for number in range(7)), ("🎉", "Ada"))

    assert ask(client, "reactions", seq=5).json()["reactions"] == [
        {"emoji": "👍", "count": 7, "names": ["Guest 0", "Guest 1"]},
        {"emoji": "🎉", "count": 1, "names": ["Ada"]},
    ]
    for bad in ("", "-1", "1e3", "9" * 16, "¹"):
        assert ask(client, "reactions", seq=bad).status_code == 400


@pytest.mark.parametrize("question", ["at", "missed", "reactions"])
def test_a_slug_that_no_room_can_have_finds_nothing(client, question):
    params = {"date": "2025-03-01", "after": 0, "seq": 1}
    assert client.get(f"/r/attic/{question}/", params).status_code in (200, 302)

    assert client.get(f"/r/No_Such_Room/{question}/", params).status_code == 404
