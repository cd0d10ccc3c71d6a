"""One person cannot hurt the rest: rates, and how many sockets an address may open."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from django.core import signing

from chat.identity import SALT, new_guest
from tests.posts import SECONDS
from tests.sockets import enter, handshake, plain, refused_with


@pytest.fixture
def mallory():
    return signing.dumps([new_guest().key, "Mallory"], salt=SALT)


async def try_to_say(socket, body):
    return await socket.ask("message.post", client_message_id=str(uuid4()), body=body)


async def test_who_posts_too_fast_is_told_when_to_come_back(settings, mallory, still_clock):
    settings.MESSAGE_RATE, settings.MESSAGE_BURST = 2, 3
    async with enter(cookie=mallory) as hers, enter() as his:
        for number in range(3):
            await hers.say(str(number))

        refusal = await try_to_say(hers, "refused")

        assert refusal["code"] == "too_fast"
        assert 500 <= refusal["retry_in_ms"] <= 501
        assert await his.say("Others are not held up") == 4
        still_clock.now += refusal["retry_in_ms"] / 1000
        assert await hers.say("In time") == 5
        assert "refused" not in await his.bodies(until=5)


async def test_more_sockets_do_not_make_an_author_faster(settings, mallory, still_clock):
    settings.MESSAGE_RATE, settings.MESSAGE_BURST = 0.1, 2
    async with enter(cookie=mallory) as one, enter("attic", cookie=mallory) as two:
        await one.say("1")
        await two.say("2")

        assert (await try_to_say(one, "3"))["code"] == "too_fast"
        assert (await try_to_say(two, "3"))["code"] == "too_fast"


async def test_coming_back_as_someone_new_does_not_make_a_client_faster(settings, still_clock):
    settings.MESSAGE_RATE, settings.MESSAGE_BURST, settings.SOCKETS_PER_ADDRESS = 0.1, 1, 3
    for number in range(3):
        async with enter(client=["192.0.2.1", number]) as hers:
            await hers.say(str(number))

    async with enter(client=["192.0.2.1", 9]) as hers, enter(client=["192.0.2.2", 9]) as his:
        assert (await try_to_say(hers, "4"))["code"] == "too_fast"
        assert await his.say("From elsewhere") == 4


async def test_a_rate_of_zero_refuses_nobody(settings):
    settings.MESSAGE_RATE = settings.COMMAND_RATE = 0
    async with enter() as hers:
        for number in range(30):
            assert await hers.say(str(number))


async def test_commands_of_any_kind_have_a_rate_too(settings, still_clock):
    settings.COMMAND_RATE = 2
    async with enter() as hers, enter() as his:
        answers = [(await hers.ask("typing.start"))["type"] for _ in range(11)]

        assert answers == ["ack"] * 10 + ["error"]
        assert (await his.ask("typing.start"))["type"] == "ack"


async def flood(communicator, frames):
    """Send without listening; returns the code with which the server has had enough."""
    for frame in frames:
        await communicator.send_input({"type": "websocket.receive", "text": frame})
    while (output := await communicator.receive_output(SECONDS))["type"] != "websocket.close":
        pass
    return output["code"]


async def test_a_client_that_will_not_listen_is_closed_and_the_others_are_not(settings):
    settings.MESSAGE_RATE, settings.MESSAGE_BURST = 0.1, 1
    async with enter() as his:
        async with enter() as hers:
            await hers.say("Once")
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

        assert await his.say("Nothing came of it") == 2


async def test_a_flood_of_plain_text_is_closed_too(settings):
    settings.MESSAGE_RATE, settings.MESSAGE_BURST = 0.1, 1
    async with plain() as hers:
        assert await flood(hers, ["Spam"] * 400) == 4029


async def test_bad_frames_do_not_close_a_socket(settings):
    settings.COMMAND_RATE = 0
    async with enter() as hers:
        for _ in range(300):
            assert (await hers.ask("message.shout"))["code"] == "bad_frame"

        assert await hers.say("Hello") == 1


async def test_an_address_opens_so_many_sockets_and_no_more(settings):
    settings.SOCKETS_PER_ADDRESS = 3
    async with AsyncExitStack() as stack:
        for port in range(3):
            await stack.enter_async_context(enter(client=["192.0.2.1", port]))

        assert await refused_with(handshake(client=["192.0.2.1", 9])) == 4030
        await stack.enter_async_context(enter(client=["192.0.2.2", 9]))
    async with enter(client=["192.0.2.1", 9]):
        pass


async def test_what_was_refused_does_not_count(settings):
    settings.SOCKETS_PER_ADDRESS = 1
    for _ in range(3):
        assert await refused_with(handshake("/nowhere", client=["192.0.2.1", 1])) == 4504

    async with enter(client=["192.0.2.1", 1]):
        for _ in range(3):
            assert await refused_with(handshake(client=["192.0.2.1", 2])) == 4030
    async with enter(client=["192.0.2.1", 1]):
        pass
