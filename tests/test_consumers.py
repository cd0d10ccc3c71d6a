"""The socket, through the real ASGI application."""

from __future__ import annotations

from uuid import uuid4

from tests.sockets import enter, plain


async def test_a_plain_text_message_comes_back_to_its_sender():
    async with plain("/ws") as hers:
        await hers.send_to("message")

        assert await hers.receive_from() == "message"


async def test_two_people_talk():
    async with enter() as hers, enter() as his:
        seq = await hers.say("Hello")

        assert await his.bodies(until=seq) == ["Hello"]
        assert await hers.bodies(until=seq) == ["Hello"]


async def test_resending_a_message_does_not_post_it_twice():
    async with enter() as hers, enter() as his:
        same = {"client_message_id": str(uuid4()), "body": "Hello"}

        first = await hers.command("message.post", **same)
        again = await hers.command("message.post", **same)

        assert first["seq"] == again["seq"]
        assert await his.bodies(until=first["seq"]) == ["Hello"]
