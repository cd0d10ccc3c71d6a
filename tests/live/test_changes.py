"""Editing, deleting, replying to and reacting to messages that are stored."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async

from chat.live.runtime import runtime
from chat.models import Message, Reaction, Room
from chat.models.message import EDIT_GRACE
from chat.protocol.frames import (
    MAX_REPLAY,
    MAX_REPLAY_SEQS,
    PAGE,
)
from tests.posts import posts, store
from tests.sockets import enter, handshake

EMOJI = [chr(code) for code in range(0x1F600, 0x1F600 + PAGE)]

CHANGES = [
    ("message.edit", {"body": "Edited"}),
    ("message.delete", {}),
    ("message.react", {"emoji": "👍", "on": True}),
]


async def test_a_plain_message_is_as_long_as_before():
    async with enter() as hers:
        await hers.post("Hello")
        await hers.bodies(until=1)

        assert list(hers.messages[0]) == [
            "seq",
            "changed_seq",
            "client_message_id",
            "author_id",
            "author_name",
            "body",
            "posted_at",
        ]


async def test_the_welcome_says_what_can_be_done_with_messages():
    async with enter() as hers:
        assert hers.welcome["features"] == ["reply", "edit", "delete", "react", "moderate"]


async def test_an_edit_keeps_the_place_and_reaches_everybody(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        first, second = await hers.post("Helo"), await his.post("Hi")

        ack = await hers.command("message.edit", seq=first, body="  Hello ")

        assert ack["seq"] == 3
        for reader in (hers, his):
            assert await reader.bodies(until=3) == ["Helo", "Hi", "Hello"]
            message = reader.latest(first)
            assert (message["seq"], message["changed_seq"]) == (first, 3)
            assert message["edited_at"] >= message["posted_at"]
            assert "edited_at" not in reader.latest(second)


async def test_a_deletion_leaves_an_empty_message_in_its_place(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        seq = await hers.post("My password is hunter2")
        await his.command("message.react", seq=seq, emoji="😮", on=True)
        await hers.command("message.delete", seq=seq)

        await his.bodies(until=3)
        message = his.latest(seq)
        assert (message["body"], message["changed_seq"]) == ("", 3)
        assert message["deleted_at"]
        assert "reactions" not in message
    assert await Reaction.objects.acount() == 0


async def test_nobody_who_resumes_after_a_deletion_is_sent_the_old_text(alice, bob):
    async with enter(cookie=alice) as hers:
        seq = await hers.post("My password is hunter2")
        async with enter(cookie=bob) as his:
            epoch, joined = his.welcome["epoch"], his.cursor
        await hers.command("message.edit", seq=seq, body="My password is hunter3")
        await hers.command("message.delete", seq=seq)
        await hers.bodies(until=3)

        for cursor in (None, (epoch, 0), (epoch, joined), (epoch, 2)):
            async with enter(cookie=bob, cursor=cursor) as his:
                assert "hunter" not in str(his.messages)
                assert [each["changed_seq"] for each in his.messages] == [3]
        page = await hers.command("history.fetch", before=10, limit=10)
        found = await hers.command("messages.fetch", seqs=[seq])
        assert [each["body"] for each in (*page["messages"], *found["messages"])] == ["", ""]


@pytest.mark.parametrize("resumes", [False, True])
async def test_nobody_who_enters_during_a_pass_is_sent_what_is_deleted_already(
    alice, monkeypatch, resumes
):
    async with enter(cookie=alice) as hers:
        seq = await hers.post("My password is hunter2")
        await hers.bodies(until=seq)
        monkeypatch.setattr("chat.live.fan_out.FanOut.wake", lambda fan_out: None)
        await hers.command("message.delete", seq=seq)

        cursor = (hers.welcome["epoch"], 0) if resumes else None
        async with enter(cursor=cursor) as his:
            assert his.welcome["head"] == 2
            assert [each["body"] for each in his.messages] == [""]


async def test_a_reply_carries_the_number_of_its_message(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        seq = await hers.post("Where?")
        reply = {"client_message_id": str(uuid4()), "body": "Here", "reply_to_seq": seq}
        for _ in range(2):
            assert (await his.command("message.post", **reply))["seq"] == 2

        await hers.bodies(until=2)
        assert hers.latest(2)["reply_to_seq"] == seq
        too_high = reply | {"client_message_id": str(uuid4()), "reply_to_seq": 3}
        assert await his.refusal("message.post", **too_high) == "not_found"


async def test_messages_are_fetched_by_their_seqs():
    async with enter() as hers:
        for number in range(1, 5):
            await hers.post(str(number))

        found = await hers.command("messages.fetch", seqs=[4, 2, 99, 2])

        assert [each["body"] for each in found["messages"]] == ["2", "4"]
        assert not found["more"]
        assert await hers.refusal("messages.fetch", seqs=[]) == "bad_frame"
        assert await hers.refusal("messages.fetch", seqs=list(range(1, 52))) == "bad_frame"


async def test_messages_that_do_not_fit_one_frame_are_left_for_the_next_fetch():
    async with enter() as hers:
        await store(posts(50))
        await sync_to_async(Message.objects.update)(body="\x01" * 4000)

        first = await hers.command("messages.fetch", seqs=list(range(1, 51)))
        last = first["messages"][-1]["seq"]
        rest = await hers.command("messages.fetch", seqs=list(range(last + 1, 51)))

        assert first["more"]
        assert len(first["messages"]) < 50
        assert rest["messages"][0]["seq"] == last + 1


async def test_only_the_author_may_edit_and_delete(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        seq = await hers.post("Hello")
        await hers.command("message.edit", seq=seq, body="Hello!")

        assert await his.refusal("message.edit", seq=seq, body="Mine") == "not_yours"
        assert await his.refusal("message.delete", seq=seq) == "not_yours"
        assert await hers.bodies(until=2) == ["Hello", "Hello!"]


async def test_what_does_not_exist_cannot_be_changed():
    async with enter("attic") as hers:
        for kind, fields in CHANGES:
            assert await hers.refusal(kind, seq=1, **fields) == "not_found"
        assert await Message.objects.acount() == 0
        await hers.post("Hello")
        for kind, fields in CHANGES:
            assert await hers.refusal(kind, seq=2, **fields) == "not_found"


async def test_a_deleted_message_cannot_be_edited_or_reacted_to(alice):
    async with enter(cookie=alice) as hers:
        seq = await hers.post("Hello")
        gone = await hers.command("message.delete", seq=seq)

        assert await hers.refusal("message.edit", seq=seq, body="Hello") == "deleted"
        assert await hers.refusal("message.react", seq=seq, emoji="👍", on=True) == "deleted"
        assert (await hers.command("message.delete", seq=seq))["seq"] == gone["seq"]


async def test_editing_ends_after_edit_minutes_and_deleting_does_not(alice, settings):
    settings.EDIT_MINUTES = 5
    async with enter(cookie=alice) as hers:
        seq = await hers.post("Hello")
        message = await Message.objects.aget()
        message.posted_at -= timedelta(minutes=5) + EDIT_GRACE
        await message.asave()

        assert await hers.refusal("message.edit", seq=seq, body="Late") == "too_late"
        again = await hers.command("message.edit", seq=seq, body="Hello")
        assert again["seq"] == seq, "it says so already"
        settings.EDIT_MINUTES = 0
        assert (await hers.command("message.edit", seq=seq, body="Late"))["seq"] == 2
        settings.EDIT_MINUTES = 5
        assert (await hers.command("message.delete", seq=seq))["seq"] == 3


async def test_a_post_that_is_resent_after_it_was_changed_is_acknowledged(alice):
    async with enter(cookie=alice) as hers:
        key = str(uuid4())
        seq = await hers.post("Hello", key)

        await hers.command("message.edit", seq=seq, body="Hello!")
        assert await hers.post("Hello", key) == seq
        await hers.command("message.delete", seq=seq)
        assert await hers.post("Hello", key) == seq
        assert await Message.objects.acount() == 1


async def test_plain_text_readers_get_each_message_once_and_no_change_of_it(alice):
    plain = handshake(subprotocols=())
    await plain.connect()
    async with enter(cookie=alice) as hers:
        seq = await hers.post("One")
        await hers.command("message.edit", seq=seq, body="One!")
        await hers.command("message.react", seq=seq, emoji="👍", on=True)
        await hers.command("message.delete", seq=seq)
        await hers.post("Two")

        assert [await plain.receive_from(5), await plain.receive_from(5)] == ["One", "Two"]
    await plain.disconnect()


async def test_a_newcomer_gets_the_newest_messages_and_not_the_newest_changes(
    alice, no_rates, quick_batches
):
    await store(posts(PAGE + 10))
    async with enter(cookie=alice) as hers:
        for seq in range(1, PAGE + 1):
            await hers.command("message.react", seq=seq % 5 + 1, emoji=EMOJI[seq // 5], on=True)

        async with enter() as his:
            found = sorted(message["seq"] for message in his.messages)
            assert found == list(range(11, PAGE + 11))


@pytest.mark.parametrize(
    ("seqs", "reset"), [(MAX_REPLAY + 200, False), (MAX_REPLAY_SEQS + 1, True)]
)
async def test_many_changes_of_one_message_keep_cursors_valid(seqs, reset):
    async with enter("attic") as hers:
        await hers.post("Hello")
        cursor = hers.welcome["epoch"], 1
    hello = Message.objects.filter(room__slug="attic")
    await hello.aupdate(changed_seq=1 + seqs, body="Hello!")
    await Room.objects.filter(slug="attic").aupdate(head=1 + seqs)
    runtime().hubs.stop_lingering()

    async with enter("attic", cursor=cursor) as hers:
        assert hers.welcome["reset"] is reset
        assert await hers.bodies(until=1 + seqs) == ["Hello!"]
