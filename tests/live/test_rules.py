"""The rules of a room: slow mode, who may write, and what waits for a moderator."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from chat.models import HeldMessage, Message
from testing.waiting import SECONDS
from tests.moderating import act, make_regular, own, refusal_of, say, undo
from tests.sockets import enter, plain


async def test_slow_mode_makes_people_pause_but_not_moderators(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await his.post("Hello")
        await own(hers)
        slow = await act(hers, "rules", rules={"slow_seconds": 3600})
        await his.until(lambda: his.rules["rules"] == {"slow_seconds": 3600})

        key = uuid4()
        first = await say(his, "One", key)
        refused = await say(his, "Two")
        assert (refused["code"], 3500_000 < refused["retry_in_ms"] <= 3600_000) == (
            "slow_mode",
            True,
        )
        assert (await say(his, "One", key))["seq"] == first["seq"], "it is stored"
        async with enter(cookie=bob) as also_his:
            assert await refusal_of(also_his, "Two") == "slow_mode"
        for body in ("Mine", "Mine too"):
            await hers.post(body)
        await undo(hers, slow)
        await his.post("Two")


async def test_pauses_are_exact_when_messages_arrive_together(alice, bob):
    async with enter(cookie=alice) as hers:
        await hers.post("Hello")
        await own(hers)
        await act(hers, "rules", rules={"slow_seconds": 3600})
        async with enter(cookie=bob) as one, enter(cookie=bob) as other:
            replies = await asyncio.gather(say(one, "One"), say(other, "Other"))

    assert sorted(each["type"] for each in replies) == ["ack", "error"]
    assert await Message.objects.acount() == 2


@pytest.mark.parametrize(
    ("writers", "newcomer", "regular"),
    [
        ("everybody", "ack", "ack"),
        ("regulars", "not_allowed", "ack"),
        ("moderators", "not_allowed", "not_allowed"),
    ],
)
async def test_who_may_write(writers, newcomer, regular, alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his, enter() as theirs:
        await theirs.post("Hello")
        await his.post("Hello")
        await own(hers)
        await act(hers, "rules", rules={"writers": writers})
        await make_regular(his)
        await his.until(lambda: his.standing["is_regular"])

        for socket, seq, expected in (theirs, 1, newcomer), (his, 2, regular):
            reply = await say(socket, "More")
            assert reply.get("code", "ack") == expected
            edited = await socket.ask("message.edit", seq=seq, body="Other")
            assert edited.get("code", "ack") == expected
            await socket.command("message.react", seq=seq, emoji="👍", on=True)
            await socket.command("message.delete", seq=seq)
        await hers.post("Mine")


@pytest.mark.parametrize("hold", ["newcomers", "everybody"])
async def test_a_held_message_takes_its_place_when_it_is_approved(hold, alice, bob):
    key = str(uuid4())
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await his.post("Before")
        await own(hers)
        await act(hers, "rules", rules={"hold": hold})

        for _ in range(2):
            assert (await say(his, "May I?", key))["code"] == "held"
        await his.until(lambda: his.standing["held"] == [key])
        await hers.until(lambda: hers.waiting["held"] == 1)
        await hers.post("Meanwhile")
        [waiting] = (await hers.command("moderation.fetch"))["held"]
        assert (waiting["client_message_id"], waiting["body"]) == (key, "May I?")
        await act(hers, "approve", client_message_id=key)

        assert await his.bodies(until=3) == ["Before", "Meanwhile", "May I?"]
        assert his.latest(3)["client_message_id"] == key
        await his.until(lambda: his.standing["held"] == [])
        await hers.until(lambda: hers.waiting["held"] == 0)
        assert (await say(his, "May I?", key))["seq"] == 3
        assert await his.refusal("message.edit", seq=3, body="Spam") == "not_allowed"
        assert (await his.command("message.edit", seq=3, body="May I?"))["seq"] == 3


async def test_a_declined_message_is_never_posted(alice, bob):
    key = str(uuid4())
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await his.post("Before")
        await own(hers)
        await act(hers, "rules", rules={"hold": "everybody"})
        assert (await say(his, "Spam", key))["code"] == "held"
        await act(hers, "decline", client_message_id=key)

        await his.until(lambda: his.standing["held"] == [])
        assert (await say(his, "Spam", key))["code"] == "declined"
        await act(hers, "rules", rules={})
        assert (await say(his, "Spam", key))["code"] == "declined"
        approval = {"act_id": str(uuid4()), "client_message_id": key}
        assert await hers.refusal("act.approve", **approval) == "not_found"
        assert (await HeldMessage.objects.aget()).body == ""
        assert await Message.objects.acount() == 1


async def test_what_is_held_stays_held_when_the_rule_ends(alice, bob):
    key = str(uuid4())
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await his.post("Before")
        await own(hers)
        await act(hers, "rules", rules={"hold": "everybody"})
        await say(his, "May I?", key)
        await act(hers, "rules", rules={"writers": "moderators"})
        assert (await say(his, "May I?", key))["code"] == "held"
        await act(hers, "rules", rules={})

        assert (await say(his, "May I?", key))["code"] == "held"
        await his.post("Free")
        await act(hers, "approve", client_message_id=key)
        assert await his.bodies(until=3) == ["Before", "Free", "May I?"]


async def test_only_links_of_newcomers_wait(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his, enter() as theirs:
        plain_seq = await theirs.post("No link")
        await own(hers)
        await act(hers, "rules", rules={"hold_links": True})

        assert await refusal_of(theirs, "Look at https://spam.example/x") == "held"
        assert await refusal_of(theirs, "Look at spam.com") == "held"
        await theirs.post("Version 1.2.3 of main.py")
        linked = {"seq": plain_seq, "body": "No link, but https://spam.example"}
        assert await theirs.refusal("message.edit", **linked) == "not_allowed"
        await theirs.command("message.edit", seq=plain_seq, body="Still no link")
        await make_regular(his)
        await his.until(lambda: his.standing["is_regular"])
        await his.post("Look at https://example.org/")


async def test_plain_text_clients_are_told_what_the_rules_are(alice):
    async with enter(cookie=alice) as hers, plain() as text:
        await hers.post("Hello")
        assert await text.receive_from(SECONDS) == "Hello"
        await own(hers)
        for rules, line in [
            ({"hold": "everybody"}, "error: Your message waits for a moderator."),
            ({"writers": "regulars"}, "error: Only regulars can write in this room."),
        ]:
            await act(hers, "rules", rules=rules)
            await text.send_to("May I?")
            assert await text.receive_from(SECONDS) == line
        assert await Message.objects.acount() == 1


async def test_a_room_without_rules_says_so_once_and_then_nothing(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await his.post("Hello")
        await hers.bodies(until=1)
        kinds = [each["type"] for each in [*hers.other, *his.other]]
        assert kinds.count("room.rules") == kinds.count("you.changed") == 2
        await own(hers)
        await act(hers, "rules", rules={"slow_seconds": 1})
        await his.until(lambda: his.rules["rules"])
        his.rules = his.standing = None
        await act(hers, "rules", rules={"slow_seconds": 1})
        await hers.post("Same rules")
        await his.bodies(until=2)

        assert (his.rules, his.standing, his.waiting) == (None, None, None)
