"""One client cannot hurt the rest: rate limits, and limits on open sockets."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from django.core import signing

from chat import database
from chat.access import rate_limits
from chat.access.guests import SALT, new_guest
from chat.services.rooms import create_room
from testing.waiting import SECONDS
from tests.database_threads import counted, every_turn_taken, in_readers
from tests.sockets import enter, handshake, plain, refused_with


@pytest.fixture
def mallory():
    return signing.dumps([new_guest().key, "Mallory"], salt=SALT)


async def try_to_post(socket, body):
    return await socket.ask("message.post", client_message_id=str(uuid4()), body=body)


async def test_a_refusal_for_posting_too_fast_has_a_time_to_retry(settings, mallory, still_clock):
    settings.MESSAGE_RATE, settings.MESSAGE_BURST = 2, 3
    async with enter(cookie=mallory) as hers, enter() as his:
        for number in range(3):
            await hers.post(str(number))

        refusal = await try_to_post(hers, "refused")

        assert refusal["code"] == "too_fast"
        assert 500 <= refusal["retry_in_ms"] <= 501
        assert await his.post("Others are not held up") == 4
        still_clock.now += refusal["retry_in_ms"] / 1000
        assert await hers.post("In time") == 5
        assert "refused" not in await his.bodies(until=5)


async def test_more_sockets_do_not_make_an_author_faster(settings, mallory, still_clock):
    settings.MESSAGE_RATE, settings.MESSAGE_BURST = 0.1, 2
    async with enter(cookie=mallory) as one, enter("attic", cookie=mallory) as two:
        await one.post("1")
        await two.post("2")

        assert (await try_to_post(one, "3"))["code"] == "too_fast"
        assert (await try_to_post(two, "3"))["code"] == "too_fast"


async def test_reconnecting_as_a_new_guest_does_not_make_a_client_faster(settings, still_clock):
    settings.MESSAGE_RATE, settings.MESSAGE_BURST, settings.PEOPLE_PER_ADDRESS = 0.1, 1, 3
    for number in range(3):
        async with enter(client=["192.0.2.1", number]) as hers:
            await hers.post(str(number))

    async with enter(client=["192.0.2.1", 9]) as hers, enter(client=["192.0.2.2", 9]) as his:
        assert (await try_to_post(hers, "4"))["code"] == "too_fast"
        assert await his.post("From elsewhere") == 4


async def test_a_rate_of_zero_refuses_nobody(settings):
    settings.MESSAGE_RATE = settings.COMMAND_RATE = 0
    async with enter() as hers:
        for number in range(30):
            assert await hers.post(str(number))


async def test_commands_of_any_kind_have_a_rate_too(settings, still_clock):
    settings.COMMAND_RATE = 2
    async with enter() as hers, enter() as his:
        answers = [(await hers.ask("typing.start"))["type"] for _ in range(11)]

        assert answers == ["ack"] * 10 + ["error"]
        assert (await his.ask("typing.start"))["type"] == "ack"


async def flood(communicator, frames):
    """Send without reading; returns the code with which the server closes."""
    for frame in frames:
        await communicator.send_input({"type": "websocket.receive", "text": frame})
    while (output := await communicator.receive_output(SECONDS))["type"] != "websocket.close":
        pass
    return output["code"]


async def test_a_client_that_ignores_refusals_is_closed_and_others_are_not(settings):
    settings.MESSAGE_RATE, settings.MESSAGE_BURST = 0.1, 1
    async with enter() as his:
        async with enter() as hers:
            await hers.post("Once")
            frames = [
                json.dumps(
                    {
                        "type": "message.post",
                        "id": n,
                        "client_message_id": str(uuid4()),
                        "body": "x",
                    }
                )
                for n in range(400)
            ]
            assert await flood(hers.communicator, frames) == 4029

        assert await his.post("Nothing came of it") == 2


async def test_a_flood_of_plain_text_is_closed_too(settings):
    settings.MESSAGE_RATE, settings.MESSAGE_BURST = 0.1, 1
    async with plain() as hers:
        assert await flood(hers, ["Spam"] * 400) == 4029


async def test_bad_frames_do_not_close_a_socket(settings):
    settings.COMMAND_RATE = 0
    async with enter() as hers:
        for _ in range(300):
            assert (await hers.ask("message.shout"))["code"] == "bad_frame"

        assert await hers.post("Hello") == 1


async def test_an_address_opens_a_limited_number_of_sockets(settings):
    settings.SOCKETS_PER_ADDRESS = 3
    async with AsyncExitStack() as stack:
        for port in range(3):
            await stack.enter_async_context(enter(client=["192.0.2.1", port]))

        assert await refused_with(handshake(client=["192.0.2.1", 9])) == 4030
        await stack.enter_async_context(enter(client=["192.0.2.2", 9]))
    async with enter(client=["192.0.2.1", 9]):
        pass


async def test_refused_posts_do_not_count(settings):
    settings.SOCKETS_PER_ADDRESS = 1
    for _ in range(3):
        assert await refused_with(handshake("/nowhere", client=["192.0.2.1", 1])) == 4504

    async with enter(client=["192.0.2.1", 1]):
        for _ in range(3):
            assert await refused_with(handshake(client=["192.0.2.1", 2])) == 4030
    async with enter(client=["192.0.2.1", 1]):
        pass


async def test_rooms_created_by_a_first_message_have_the_rate_of_those_created_by_name(
    monkeypatch, mallory, still_clock
):
    monkeypatch.setattr(rate_limits, "ROOMS", (1 / 60, 2))
    for number in range(2):
        async with enter(f"room-{number}", cookie=mallory) as hers:
            await hers.post("First")

    async with enter("room-9", cookie=mallory) as hers, enter("room-9") as his:
        refusal = await try_to_post(hers, "First")

        assert (refusal["code"], refusal["detail"]) == (
            "too_fast",
            "You are creating rooms too fast.",
        )
        assert 59_000 < refusal["retry_in_ms"] <= 60_001
        assert await his.post("Somebody else's first") == 1
        assert await hers.post("Into a room that exists") == 2


async def test_a_first_message_that_is_refused_does_not_count_as_stored(
    monkeypatch, settings, still_clock
):
    monkeypatch.setattr(rate_limits, "MEGABYTE", 1_000)  # bytes
    settings.DAILY_MEGABYTES_PER_ADDRESS, settings.PEOPLE_PER_ADDRESS = 1, 1
    monkeypatch.setattr(rate_limits, "ROOMS", (1 / 60, 1))
    client = ["192.0.2.1", 1]
    async with enter("attic", client=client) as hers, enter("cellar", client=client) as his:
        assert await hers.post("First") == 1
        for _ in range(3):
            refusal = await try_to_post(his, "First")
            assert refusal["detail"] == "You are creating rooms too fast."

        assert await hers.post("Second") == 2


async def test_a_message_that_is_invalid_or_too_fast_reads_nothing(settings, still_clock, mallory):
    settings.MESSAGE_BURST = 1
    async with (
        enter("attic", cookie=mallory) as hers,
        enter("cellar", cookie=mallory) as his,
        counted(in_readers, 'AS "a" FROM "chat_room"') as looked_up,
    ):
        assert (await try_to_post(hers, ""))["code"] == "bad_frame"
        assert not looked_up
        assert await hers.post("First") == 1
        assert len(looked_up) == 1

        assert (await try_to_post(his, "First"))["code"] == "too_fast"
        assert len(looked_up) == 1


async def test_new_authors_of_one_address_create_no_more_rooms_than_its_people(
    monkeypatch, settings, still_clock
):
    monkeypatch.setattr(rate_limits, "ROOMS", (1 / 60, 1))
    settings.PEOPLE_PER_ADDRESS = 2
    for number in range(2):
        async with enter(f"room-{number}", client=["192.0.2.1", number]) as hers:
            await hers.post("First")

    async with enter("room-9", client=["192.0.2.1", 9]) as hers:
        assert (await try_to_post(hers, "First"))["code"] == "too_fast"


async def test_a_room_that_was_named_is_not_counted_again_with_its_first_message(
    monkeypatch, mallory, still_clock
):
    monkeypatch.setattr(rate_limits, "ROOMS", (1 / 60, 1))
    async with enter("first", cookie=mallory) as hers:
        await hers.post("One room")
    await database.write(create_room, slug="attic", title="Attic")

    async with enter("attic", cookie=mallory) as hers:
        assert await hers.post("Hello") == 1


async def test_an_address_sends_a_limited_amount_a_day_with_any_author(
    settings, monkeypatch, still_clock
):
    monkeypatch.setattr(rate_limits, "MEGABYTE", 10_000)  # bytes
    settings.DAILY_MEGABYTES_PER_ADDRESS = 1
    async with enter(client=["192.0.2.1", 1]) as one, enter(client=["192.0.2.1", 2]) as two:
        await one.post("x" * 4000)
        await two.post("x" * 4000)

        refusal = await try_to_post(two, "x" * 4000)

        assert (refusal["code"], refusal["detail"]) == (
            "too_fast",
            "Your network has reached its daily limit.",
        )
        assert 0 < refusal["retry_in_ms"] <= 24 * 3600 * 1000
        assert await one.post("Short") == 3
        async with enter(client=["192.0.2.2", 1]) as his:
            assert await his.post("x" * 4000) == 4


async def test_history_has_a_rate_for_all_of_an_address_and_heartbeats_do_not_count(
    settings, still_clock
):
    settings.PEOPLE_PER_ADDRESS = 2
    async with (
        enter(client=["192.0.2.1", 1]) as one,
        enter(client=["192.0.2.1", 2]) as two,
        enter(client=["192.0.2.2", 1]) as elsewhere,
    ):
        for _ in range(5):
            await one.command("history.fetch", before=9, limit=100)
            await two.command("history.fetch", before=9, limit=100)

        refusal = await two.ask("history.fetch", before=9, limit=100)

        assert refusal["code"] == "too_fast"
        assert 0 < refusal["retry_in_ms"] <= 501
        await two.command("history.fetch", before=1, limit=1)
        await elsewhere.command("history.fetch", before=9, limit=100)
        still_clock.now += refusal["retry_in_ms"] / 1000
        await one.command("history.fetch", before=9, limit=100)


async def test_an_address_that_connects_too_fast_is_refused(settings, still_clock, monkeypatch):
    monkeypatch.setattr(rate_limits, "REFUSAL_DELAY", 0)
    settings.PEOPLE_PER_ADDRESS = 2
    for port in range(2 * 6):
        async with enter(client=["192.0.2.1", port]):
            pass

    assert await refused_with(handshake(client=["192.0.2.1", 99])) == 4030
    async with enter(client=["192.0.2.2", 1]):
        pass
    still_clock.now += 1
    async with enter(client=["192.0.2.1", 100]):
        pass


async def test_history_waits_its_turn_and_posts_do_not():
    async with enter() as hers, enter() as his:
        async with every_turn_taken():
            await hers.send({"type": "history.fetch", "id": 99, "before": 9, "limit": 100})

            assert await his.post("Not held up") == 1
            await hers.bodies(until=1)

        assert (await hers.frame_of("ack"))["reply_to"] == 99
