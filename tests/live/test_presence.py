"""The list of people in a room and their names, as others in the room see it."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from channels.layers import InMemoryChannelLayer

from chat.access.guests import COOKIE
from chat.live import presence, roster
from chat.live.runtime import runtime
from chat.protocol.frames import Person
from testing.waiting import SECONDS, until
from tests.faulty_channel_layers import LosesFirstLayer, RecordingLayer, use
from tests.people_shown import cookie, sees, sees_typing
from tests.sockets import ORIGIN, Socket, enter, handshake, plain

pytestmark = pytest.mark.usefixtures("quick_lists")


async def test_the_same_cookie_is_the_same_author_on_every_socket_and_in_every_room(alice, bob):
    async with (
        enter(cookie=alice) as one,
        enter("attic", cookie=alice) as two,
        enter(cookie=bob) as other,
    ):
        assert one.welcome["you"] == two.welcome["you"]
        assert one.welcome["you"]["name"] == "Alice"
        assert other.welcome["you"]["author_id"] != one.welcome["you"]["author_id"]


async def test_cookies_are_ignored_without_an_origin(alice):
    """Browsers always send one; another program could use a stolen cookie."""
    async with enter(cookie=alice) as hers:
        communicator = handshake(headers=[(b"cookie", f"{COOKIE}={alice}".encode())])
        await communicator.connect(timeout=SECONDS)
        stranger = Socket(communicator)
        await stranger.frame_of("welcome")

        assert stranger.welcome["you"]["name"] != "Alice"
        assert stranger.welcome["you"]["author_id"] != hers.welcome["you"]["author_id"]
        await communicator.disconnect(timeout=SECONDS)


async def test_a_forged_cookie_makes_a_new_guest(alice):
    async with enter(cookie=alice) as hers, enter(cookie=alice[:-3] + "xyz") as mallory:
        assert mallory.welcome["you"]["author_id"] != hers.welcome["you"]["author_id"]


async def test_people_see_each_other_come_and_go(alice, bob):
    async with enter(cookie=alice) as hers:
        async with enter(cookie=bob) as his:
            await sees(hers, "Alice", "Bob")
            await sees(his, "Alice", "Bob")

        await sees(hers, "Alice")


async def test_someone_with_two_sockets_is_here_once_until_both_are_closed(alice, bob):
    async with enter(cookie=bob) as his:
        async with enter(cookie=alice):
            async with enter(cookie=alice), enter(cookie=cookie("Carol")):
                await sees(his, "Alice", "Bob", "Carol")
            await sees(his, "Alice", "Bob")
        await sees(his, "Bob")


async def test_a_plain_text_client_is_listed_too(alice):
    async with enter(cookie=alice) as hers, plain():
        while (await hers.frame_of("people.changed"))["count"] != 2:
            pass


async def test_a_newcomer_is_listed_for_someone_whose_welcome_is_still_being_sent(alice, bob):
    reads = asyncio.Event()
    communicator = handshake(
        headers=[*ORIGIN, (b"cookie", f"{COOKIE}={alice}".encode())], reads=reads
    )
    await communicator.connect(timeout=SECONDS)
    async with enter(cookie=bob) as his:
        await sees(his, "Alice", "Bob")
        reads.set()
        hers = Socket(communicator)
        await hers.frame_of("welcome")

        await sees(hers, "Alice", "Bob")
        await communicator.disconnect(timeout=SECONDS)


async def test_rooms_do_not_show_each_others_people(alice, bob):
    async with enter(cookie=alice) as hers, enter("attic", cookie=bob) as elsewhere:
        assert [person["name"] for person in elsewhere.welcome["people"]] == ["Bob"]
        async with enter(cookie=cookie("Carol")):
            await sees(hers, "Alice", "Carol")


async def test_a_new_name_is_shown_and_appears_with_later_messages(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await hers.post("Before")

        ack = await hers.command("name.set", name=" Ａlicia  B. ")
        await hers.post("After")

        assert ack["name"] == "Alicia B."
        await sees(his, "Alicia B.", "Bob")
        await his.bodies(until=2)
        assert [message["author_name"] for message in his.messages] == ["Alice", "Alicia B."]
        assert len({message["author_id"] for message in his.messages}) == 1


@pytest.mark.parametrize("name", ["", "  ", "a\u202eb", "a\u200bb", "\u3164", "x" * 33, "a\nb"])
async def test_an_invalid_name_is_refused_and_the_old_one_kept(alice, name):
    async with enter(cookie=alice) as hers:
        refusal = await hers.ask("name.set", name=name)

        assert refusal["code"] == "bad_name"
        assert "name" in refusal["detail"].lower()
        await hers.post("Still me")
        await hers.bodies(until=1)
        assert hers.messages[0]["author_name"] == "Alice"


async def test_a_process_asks_for_reports_until_it_receives_its_own_request(alice):
    layer = use(LosesFirstLayer())
    other = await layer.new_channel()
    await layer.group_add("room.lobby", other)

    async with enter(cookie=alice) as hers:
        async with asyncio.timeout(SECONDS):
            while (await layer.receive(other))["type"] != "people.ask":
                pass
        here = {"type": "people.here", "node": "other", "people": [["bob", "Bob"]], "count": 1}
        for _ in range(2):
            await layer.group_send("room.lobby", here)

        await sees(hers, "Alice", "Bob")


async def test_after_going_away_only_messages_are_sent(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        async with enter(cookie=cookie("Carol")):
            await sees(hers, "Alice", "Bob", "Carol")
            await his.command("typing.start")
            await sees_typing(hers, "Bob")
            for connection in list(runtime().shutdown.connections):
                await connection.go_away(100)
            await hers.frame_of("going_away")
        before = runtime().hubs.get("lobby").presence.people_version
        await until(
            lambda: runtime().hubs.get("lobby").presence.people_version > before
        )  # Carol left
        await his.post("Bob has stopped typing")
        await hers.bodies(until=1)
        await his.post("Bye")

        after = []
        while hers.cursor < 2:
            after.append((await hers.frame())["type"])

    assert after == ["room.changed"]


async def test_a_node_that_knows_of_others_reports_more_often(alice, monkeypatch):
    monkeypatch.setattr(roster, "HEARTBEAT", 0.01)
    layer = use(InMemoryChannelLayer())
    other = {"type": "people.here", "node": "other", "people": [["bob", "Bob"]], "count": 1}
    reports = Counter()

    async def listen(room, channel):
        while True:
            event = await layer.receive(channel)
            reports[room] += event["type"] == "people.here" and event["node"] != "other"

    async with enter(cookie=alice), enter("attic", cookie=alice), asyncio.TaskGroup() as listening:
        tasks = []
        for room in ("lobby", "attic"):
            channel = await layer.new_channel()
            await layer.group_add(f"room.{room}", channel)
            tasks.append(listening.create_task(listen(room, channel)))
        await until(lambda: len(layer.groups["room.attic"]) == 2)
        await layer.group_send("room.attic", other)

        await until(lambda: reports["attic"] > 10)

        assert reports["lobby"] <= 3, "at the start, and when asked"
        for task in tasks:
            task.cancel()


async def test_setting_the_same_name_again_changes_nothing(alice, bob, still_clock):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await his.frame_of("people.changed")  # that Bob has joined

        for _ in range(50):
            assert (await hers.command("name.set", name="Alice"))["name"] == "Alice"
        await hers.command("name.set", name="Alicia")
        await sees(his, "Alicia", "Bob")

        shown = [frame["people"][0]["name"] for frame in his.other if "people" in frame]
        assert set(shown) == {"Alicia"}


async def test_a_name_can_be_changed_only_so_often(alice, still_clock):
    async with enter(cookie=alice) as one, enter("attic", cookie=alice) as two:
        for number in range(5):
            await one.command("name.set", name=f"Alice {number}")
            await two.command("name.set", name=f"Alice {number}")

        refusal = await two.ask("name.set", name="Alicia")

        assert refusal["code"] == "too_fast"
        assert 0 < refusal["retry_in_ms"] <= 5001
        still_clock.now += refusal["retry_in_ms"] / 1000
        await two.command("name.set", name="Alicia")


async def test_the_larger_a_room_the_longer_the_pause_between_lists_of_people(monkeypatch):
    monkeypatch.setattr(presence, "COALESCE", 0.5)
    lobby = presence.Presence("lobby", lambda: None)
    pauses = []
    for number in range(1, 3001):
        lobby.enter(Person(str(number), "Alice"))
        pauses.append(lobby.pause)

    assert (pauses[0], pauses[99], pauses[299]) == (0.5, 0.5, 1.5)
    assert pauses[2999] == presence.LONGEST


async def test_the_events_are_those_that_the_previous_release_understands(alice):
    layer = use(RecordingLayer())
    async with enter(cookie=alice) as hers:
        author_id = hers.welcome["you"]["author_id"]
        await hers.command("typing.start")
        await hers.post("Hello")
        await until(lambda: "people.ask" in {event["type"] for _, event in layer.sent})

    sent = [(group, event) for group, event in layer.sent if "node" in event]
    assert {group for group, _ in sent} == {"room.lobby"}
    assert len({event["node"] for _, event in sent}) == 1
    node = sent[0][1]["node"]
    here = next(event for _, event in sent if event["type"] == "people.here")
    assert here == {
        "type": "people.here",
        "node": node,
        "people": [[author_id, "Alice"]],
        "count": 1,
    }
    for event in (
        {"type": "people.ask", "node": node},
        {"type": "typing.started", "node": node, "author_id": author_id, "name": "Alice"},
        {"type": "typing.stopped", "node": node, "author_id": author_id},
    ):
        assert ("room.lobby", event) in sent
