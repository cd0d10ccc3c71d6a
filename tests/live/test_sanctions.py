"""Mutes and bans: enforced for every connection of a person, and for nobody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from prometheus_client import REGISTRY

from chat.live import enforcement
from chat.live.runtime import runtime
from chat.models import Act, Member
from chat.protocol.errors import CloseCode
from chat.services.moderation.members import hashed_network
from testing.waiting import SECONDS, until
from tests.moderating import act, author_of, make_regular, own, refusal_of, say, undo
from tests.people_shown import cookie
from tests.sockets import ORIGIN, Socket, enter, handshake, plain, refused_with


@pytest.fixture
def mallory():
    return cookie("Mallory")


def with_cookie(value):
    return [*ORIGIN, (b"cookie", f"chat_guest={value}".encode())]


async def test_who_is_muted_may_only_delete(alice, mallory):
    async with enter(cookie=alice) as hers, enter(cookie=mallory) as theirs:
        seq = await theirs.post("Spam")
        await own(hers)
        muting = await act(hers, "mute", author_id=author_of(theirs), seconds=3600)

        await theirs.until(lambda: theirs.standing["is_muted"])
        assert theirs.standing["muted_until"] > hers.latest(seq)["posted_at"]
        refused = await say(theirs, "More")
        assert (refused["code"], 3500_000 < refused["retry_in_ms"] <= 3600_000) == ("muted", True)
        assert await theirs.refusal("message.edit", seq=seq, body="More") == "muted"
        assert await theirs.refusal("message.react", seq=seq, emoji="👍", on=True) == "muted"
        assert await theirs.refusal("name.set", name="Spam by another way") == "muted"
        await theirs.command("message.delete", seq=seq)
        assert await hers.bodies(until=2) == ["Spam", ""]

        await undo(hers, muting)
        await theirs.until(lambda: not theirs.standing["is_muted"])
        assert theirs.standing["muted_until"] is None
        await theirs.post("Sorry")


async def test_nobody_sees_that_somebody_types_who_may_not_write(alice, bob, mallory, quick_lists):
    async with enter(cookie=alice) as hers, enter(cookie=mallory) as theirs:
        await theirs.post("Spam")
        await own(hers)
        await act(hers, "mute", author_id=author_of(theirs))
        await theirs.command("typing.start")
        async with enter(cookie=bob) as his:
            await his.command("typing.start")
            shown = await hers.frame_of("typing")

    assert [each["name"] for each in shown["people"]] == ["Bob"]


async def test_a_mute_that_ends_by_itself_ends_for_the_page_too(alice, mallory):
    async with enter(cookie=alice) as hers, enter(cookie=mallory) as theirs:
        await theirs.post("Spam")
        await own(hers)
        await act(hers, "mute", author_id=author_of(theirs), seconds=1)
        await theirs.until(lambda: theirs.standing["is_muted"])

        await theirs.until(lambda: not theirs.standing["is_muted"])
        await theirs.post("Sorry")
        await until(lambda: runtime().hubs.get("lobby").moderation.is_plain)


async def test_what_was_stored_before_a_mute_is_acknowledged_again(alice, mallory):
    key = uuid4()
    async with enter(cookie=alice) as hers, enter(cookie=mallory) as theirs:
        seq = await theirs.post("Spam", str(key))
        await own(hers)
        await act(hers, "mute", author_id=author_of(theirs))

        assert (await say(theirs, "Spam", key))["seq"] == seq
        assert (await say(theirs, "Other", key))["code"] == "conflict"
        assert await refusal_of(theirs, "Spam") == "muted"
        same = {"seq": seq, "body": "Spam"}
        assert (await theirs.command("message.edit", **same))["seq"] == seq


async def test_a_ban_closes_every_connection_of_the_person_and_no_other(alice, bob, mallory):
    async with (
        enter(cookie=alice) as hers,
        enter(cookie=bob) as his,
        enter(cookie=mallory) as one,
        enter(cookie=mallory) as other,
        enter("attic", cookie=mallory) as elsewhere,
        plain(headers=with_cookie(mallory)) as text,
    ):
        await one.post("Spam")
        await own(hers)
        banning = await act(hers, "ban", author_id=author_of(one))

        for each in (one, other):
            assert await each.close_code() == CloseCode.BANNED
        assert await text.receive_from(SECONDS) == "Spam"
        assert (await text.receive_output(SECONDS))["code"] == CloseCode.BANNED
        for subprotocols in (["chat.v1"], []):
            again = handshake(headers=with_cookie(mallory), subprotocols=subprotocols)
            assert await refused_with(again) == CloseCode.BANNED
        await elsewhere.post("Other rooms are not concerned")
        await his.post("Nor are other people")

        async with enter(cookie=cookie("Mallory")) as newcomer:
            assert not newcomer.standing["is_regular"]
            await newcomer.post("Somebody else?")
        await undo(hers, banning)
        async with enter(cookie=mallory) as back:
            await back.post("Thank you")


async def test_who_does_not_read_is_refused_while_the_socket_is_still_open(alice, mallory):
    reads = asyncio.Event()
    reads.set()
    theirs = Socket(handshake(headers=with_cookie(mallory), reads=reads))
    async with enter(cookie=alice) as hers:
        await theirs.communicator.connect()
        await theirs.arrive(None)
        await theirs.post("Spam")
        await own(hers)
        reads.clear()
        await hers.post("Hello")  # waits to be sent to them, and so does the close frame
        await act(hers, "ban", author_id=author_of(theirs))
        before = refusals("banned")
        command = {"type": "message.post", "id": 9, "client_message_id": str(uuid4())}
        await theirs.send(command | {"body": "More"})

        await until(lambda: refusals("banned") > before)
        reads.set()
        assert await theirs.close_code() == CloseCode.BANNED
        assert await hers.bodies(until=2) == ["Spam", "Hello"]


def refusals(code):
    return REGISTRY.get_sample_value("chat_refusals_total", {"code": code}) or 0


async def test_a_muted_plain_text_client_is_told_so_in_a_line(alice):
    headers = with_cookie(cookie("Mallory"))
    async with enter(cookie=alice) as hers, plain(headers=headers) as text:
        await text.send_to("Spam")
        assert await text.receive_from(SECONDS) == "Spam"
        await hers.bodies(until=1)
        await own(hers)
        await act(hers, "mute", author_id=hers.messages[0]["author_id"])
        await text.send_to("More")

        assert await text.receive_from(SECONDS) == "error: A moderator muted you in this room."
        assert await hers.bodies(until=1) == ["Spam"]


async def test_newcomers_from_the_network_of_who_is_banned_have_to_wait(
    alice, bob, mallory, monkeypatch
):
    theirs_too, elsewhere = ("203.0.113.7", 1), ("198.51.100.1", 1)
    async with (
        enter(cookie=alice) as hers,
        enter(cookie=mallory, client=theirs_too) as theirs,
        enter(cookie=bob, client=theirs_too) as his,
    ):
        await theirs.post("Spam")
        await own(hers)
        await runtime().members.flush()
        member = await Member.objects.aget(author_id=author_of(theirs))
        assert member.network == hashed_network(theirs_too[0])
        assert theirs_too[0] not in member.network
        await act(hers, "ban", author_id=author_of(theirs))

        async with (
            enter(client=theirs_too) as newcomer,
            enter(client=elsewhere) as other,
        ):
            refused = await say(newcomer, "Me again")
            assert (refused["code"], refused["retry_in_ms"] > 15_000) == ("slow_mode", True)
            monkeypatch.setattr(enforcement, "NEWCOMER_PAUSE", 0)
            monkeypatch.setattr(enforcement, "NEWCOMERS", (0.001, 1))
            key = uuid4()
            first = await say(newcomer, "Me again", key)
            assert first["type"] == "ack"
            async with enter(client=theirs_too) as with_a_new_cookie:
                assert (await say(with_a_new_cookie, "And again"))["code"] == "slow_mode"
            assert (await say(newcomer, "Me again", key))["seq"] == first["seq"]
            await other.post("One")
            await other.post("Two")
        await make_regular(his)
        await his.until(lambda: his.standing["is_regular"])
        await his.post("One")
        await his.post("Two")


async def test_who_is_banned_right_after_a_first_message_leaves_a_slowed_network(alice, mallory):
    theirs_too = ("203.0.113.7", 1)
    async with enter(cookie=alice) as hers, enter(cookie=mallory, client=theirs_too) as theirs:
        await own(hers)
        await theirs.post("Spam")
        banning = await act(hers, "ban", author_id=author_of(theirs))

        assert (await Act.objects.aget(key=banning)).network == hashed_network(theirs_too[0])


async def test_a_network_is_slowed_for_thirty_days_at_most(alice, mallory):
    theirs_too = ("203.0.113.7", 1)
    async with enter(cookie=alice) as hers, enter(cookie=mallory, client=theirs_too) as theirs:
        await theirs.post("Spam")
        await own(hers)
        await runtime().members.flush()
        banning = await act(hers, "ban", author_id=author_of(theirs))
        logged = await Act.objects.aget(key=banning)
        logged.at = timezone.now() - timedelta(days=31)
        await logged.asave()
        await act(hers, "rules", rules={})  # everything is read again

        async with enter(client=theirs_too) as newcomer:
            await newcomer.post("One")
            await newcomer.post("Two")
        assert await refused_with(handshake(headers=with_cookie(mallory))) == CloseCode.BANNED


async def test_the_connections_of_who_is_banned_leave_the_list_of_people(alice, mallory):
    async with enter(cookie=alice) as hers, enter(cookie=mallory) as theirs:
        await theirs.post("Spam")
        await own(hers)
        await act(hers, "ban", author_id=author_of(theirs))
        assert await theirs.close_code() == CloseCode.BANNED
        await theirs.communicator.disconnect(timeout=SECONDS)
        presence = runtime().hubs.get("lobby").presence
        await until(lambda: [each.name for each in presence.people()] == ["Alice"])
