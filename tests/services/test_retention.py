"""Only expired messages are deleted: heads, seqs and readers' cursors stay valid."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat import database
from chat.live.runtime import runtime
from chat.models import Message, Pin, Reaction, RemovedText, Room
from chat.services import retention
from chat.services.messages import write_log
from testing.waiting import SECONDS, until
from tests.database_threads import held, in_readers
from tests.moderators import MO, appoint, pin, remove, set_rules
from tests.people_shown import cookie
from tests.posts import posts
from tests.sockets import enter

pytestmark = pytest.mark.django_db(transaction=True)


def age(days, *, upto, slug="lobby"):
    """Let the room's messages up to that seq have been said so long ago."""
    then = timezone.now() - timedelta(days=days)
    Message.objects.filter(room__slug=slug, seq__lte=upto).update(posted_at=then)


def prune(*options):
    out = io.StringIO()
    call_command("prune", *options, stdout=out)
    return out.getvalue()


def seqs(slug="lobby"):
    return list(
        Message.objects.filter(room__slug=slug).order_by("seq").values_list("seq", flat=True)
    )


def test_expired_messages_are_deleted_in_batches_and_the_numbering_continues(settings, monkeypatch):
    settings.RETENTION_DAYS = 30
    monkeypatch.setattr(retention, "BATCH", 3)
    write_log([*posts(10), *posts(2, slug="attic")])
    age(31, upto=7)
    age(29, upto=2, slug="attic")

    tried = prune("--dry-run")
    assert seqs() == list(range(1, 11)), "a dry run deletes nothing"
    said = prune()

    assert "lobby: 7 older than 30 days" in tried
    assert "7 messages would be deleted" in tried
    assert "lobby: 7 older than 30 days" in said
    assert "attic" not in said
    assert seqs() == [8, 9, 10]
    assert seqs("attic") == [1, 2]
    assert write_log(posts(1)) == [11]
    assert "0 messages deleted" in prune()


def test_a_room_can_keep_messages_longer_or_shorter_than_the_site_or_forever(settings):
    settings.RETENTION_DAYS = 30
    for slug, days in (("short", 7), ("ever", 0), ("site", None)):
        write_log(posts(1, slug=slug))
        Room.objects.filter(slug=slug).update(retention_days=days)
        age(8, upto=1, slug=slug)
    assert [slug for slug in ("short", "ever", "site") if not (prune(), seqs(slug))[1]] == ["short"]

    for slug in ("ever", "site"):
        age(3000, upto=1, slug=slug)
    prune()

    assert (seqs("ever"), seqs("site")) == ([1], [])


def test_nothing_is_deleted_by_default():
    write_log(posts(1))
    age(10_000, upto=1)

    assert "0 messages deleted" in prune()
    assert seqs() == [1]


def test_a_number_of_days_before_the_year_1_deletes_nothing(client, settings):
    settings.RETENTION_DAYS = 99_999_999_999
    write_log([*posts(2), *posts(2, slug="attic")])
    Room.objects.filter(slug="attic").update(retention_days=2**31 - 1)
    for slug in ("lobby", "attic"):
        age(10_000, upto=1, slug=slug)

    assert "0 messages would be deleted" in prune("--dry-run")
    assert "0 messages deleted" in prune()

    assert (seqs(), seqs("attic")) == ([1, 2], [1, 2])
    assert "Messages are kept" in client.get("/").content.decode()


def test_a_room_takes_no_negative_number_of_days():
    create_room = partial(Room.objects.create, slug="attic", epoch="e")
    with pytest.raises(IntegrityError):
        create_room(retention_days=-1)

    create_room(retention_days=0)


def test_the_room_is_locked_before_its_messages_are_as_by_edits_and_reactions(settings):
    """In the other order PostgreSQL ends one of the two, now and then, because of a deadlock."""
    settings.RETENTION_DAYS = 30
    write_log(posts(2))
    age(31, upto=1)

    with CaptureQueriesContext(connection) as queries:
        prune()

    writes = [each["sql"].replace('"', "").split(" WHERE ")[0] for each in queries]
    locking = [sql.split(" SET ")[0] for sql in writes if sql.startswith(("UPDATE", "DELETE"))]
    assert locking[0] == "UPDATE chat_room"
    assert locking.count("UPDATE chat_room") == locking.count("DELETE FROM chat_message") == 1


def test_messages_from_the_future_do_not_keep_the_ones_after_them(settings, monkeypatch):
    settings.RETENTION_DAYS = 30
    monkeypatch.setattr(retention, "BATCH", 3)
    write_log(posts(12))
    age(31, upto=10)
    age(-3000, upto=5)
    age(31, upto=1)

    assert "10 messages would be deleted" in prune("--dry-run")
    assert "10 messages deleted" in prune()
    assert seqs() == [11, 12]


def test_messages_from_the_future_stay_until_the_ones_after_them_expire(settings):
    settings.RETENTION_DAYS = 30
    write_log(posts(5))
    age(-3000, upto=4)
    age(31, upto=1)

    prune()

    assert seqs() == [2, 3, 4, 5]


def test_a_newer_message_stays_among_older_ones(settings, monkeypatch):
    settings.RETENTION_DAYS = 30
    monkeypatch.setattr(retention, "BATCH", 2)
    write_log(posts(9))
    age(31, upto=8)
    age(20, upto=5)
    age(31, upto=1)

    prune()

    assert seqs() == [2, 3, 4, 5, 9]


async def test_nobody_gets_pruned_messages_and_every_cursor_stays_valid(settings, quick_polls):
    settings.RETENTION_DAYS = 30
    async with enter() as hers:
        for number in range(1, 6):
            await hers.post(str(number))
        cursor = (hers.welcome["epoch"], 2)
        await database.write(age, 31, upto=4)
        await database.write(prune)

        hub = runtime().hubs.get("lobby")
        await until(lambda: hub.pruned_upto == 4)
        async with enter() as newcomer:
            assert await newcomer.bodies(until=5) == ["5"]
            page = await newcomer.command("history.fetch", before=5, limit=50)
            assert (page["messages"], page["more"]) == ([], False)
        async with enter(cursor=cursor) as again:
            assert not again.welcome["reset"]
            assert await again.bodies(until=5) == ["5"]

        assert await hers.post("6") == 6
        assert await hers.bodies(until=6) == ["1", "2", "3", "4", "5", "6"]


async def test_a_message_that_was_changed_late_does_not_keep_a_later_prune_from_readers(
    settings, quick_polls
):
    """`pruned_upto` is by seq: by changed_seq, the first prune would have moved it past 6."""
    settings.RETENTION_DAYS = 30
    alice = cookie("Alice")
    async with enter(cookie=alice) as hers:
        for number in range(1, 6):
            await hers.post(str(number))
        await hers.command("message.edit", seq=1, body="Edited")
        await hers.command("message.react", seq=1, emoji="👍", on=True)
        await hers.command("message.react", seq=2, emoji="👍", on=True)
        hub = runtime().hubs.get("lobby")

        for upto in (1, 4):
            await database.write(age, 31, upto=upto)
            await database.write(prune)
            await until(lambda upto=upto: hub.pruned_upto == upto)

            assert await Reaction.objects.acount() == (upto == 1)
            left = [str(number) for number in range(upto + 1, 6)]
            async with enter(cookie=alice) as newcomer:
                assert sorted(each["body"] for each in newcomer.messages) == left
            async with enter(cookie=alice, cursor=(hers.welcome["epoch"], 0)) as again:
                assert sorted(each["body"] for each in again.messages) == left


async def test_nothing_is_missing_from_a_stream_when_a_room_is_busy_while_it_is_read_after_a_prune(
    settings, quick_polls, monkeypatch
):
    monkeypatch.setattr("chat.live.replay_buffer.MAX_CHANGES", 10)
    settings.RETENTION_DAYS = 30
    async with enter() as hers:
        await database.write(write_log, posts(5))
        await hers.bodies(until=5)
        await database.write(age, 31, upto=3)
        hub = runtime().hubs.get("lobby")
        async with held(in_readers, at='FROM "chat_message"') as (go, arrived):
            await database.write(prune)
            await asyncio.to_thread(arrived.wait, SECONDS)
            for head in range(10, 45, 5):
                await database.write(write_log, posts(5))
                await hers.bodies(until=head)
            assert hub.replay_buffer.floor > 5
            go.set()
            await until(lambda: hub.pruned_upto == 3)

        async with enter(cursor=(hers.welcome["epoch"], 4)) as again:
            await again.bodies(until=40)
            assert [message["seq"] for message in again.messages] == list(range(5, 41))


@pytest.mark.parametrize(
    ("days", "words"),
    [(None, "kept for 30 days"), (1, "kept for 1 day."), (0, "Messages are saved.")],
)
def test_the_page_shows_how_long_messages_are_kept(client, settings, days, words):
    settings.RETENTION_DAYS = 30
    Room.objects.create(slug="attic", epoch="e", retention_days=days)

    page = client.get("/r/attic/").content.decode()

    assert words in page
    assert ("Messages are kept" in page) == (days != 0)


@pytest.mark.parametrize("keep_pins", [True, False])
def test_pinned_messages_stay_where_the_rooms_rules_say_so(settings, keep_pins):
    settings.RETENTION_DAYS = 30
    appoint()
    write_log([*posts(4), *posts(2, slug="attic")])
    set_rules(MO, keep_pins=keep_pins)
    pin(MO, 2)
    pin(MO, 3)
    remove(MO, 3)
    Pin.objects.create(message=Message.objects.get(room__slug="attic", seq=1))
    age(31, upto=4)
    age(31, upto=1, slug="attic")

    assert f"lobby: {3 if keep_pins else 4} older than 30 days" in prune("--dry-run")
    prune()

    assert seqs() == ([2] if keep_pins else [])
    assert seqs("attic") == [2]
    assert list(Pin.objects.values_list("message__seq", flat=True)) == ([2] if keep_pins else [])


def test_prune_erases_what_moderation_keeps_for_a_while_only(settings):
    settings.RETENTION_DAYS = 30
    appoint()
    write_log(posts(3))
    remove(MO, 1)
    remove(MO, 2)
    age(31, upto=1)
    prune("--dry-run")
    assert RemovedText.objects.count() == 2

    prune()
    assert RemovedText.objects.get().message == Message.objects.get(seq=2)
    RemovedText.objects.update(removed_at=timezone.now() - timedelta(minutes=11))
    settings.RETENTION_DAYS = 0
    prune()

    assert not RemovedText.objects.exists()
