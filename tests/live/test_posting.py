"""Posts from the socket, the form or anywhere else pass the same checks."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

import pytest

from chat.access.rate_limits import MEGABYTE, ROW_BYTES
from chat.live.runtime import runtime
from chat.protocol.errors import BadFrame, TooFast, TooLarge
from chat.protocol.frames import MAX_BODY, Person
from tests.database_threads import counted, in_readers, stored
from tests.sockets import enter

ALICE = Person("alice", "Alice")


async def post(body, *, slug="lobby", **options):
    return await runtime().posting.post(slug, ALICE, body, uuid4(), address=None, **options)


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ("", BadFrame),
        ("a\x00b", BadFrame),
        ("half of an emoji: \ud83e", BadFrame),
        ("x" * (MAX_BODY + 1), TooLarge),
    ],
)
async def test_a_body_that_no_client_may_send_is_not_stored(body, refusal):
    assert await post("Allowed") == 1

    with pytest.raises(refusal):
        await post(body)

    assert await stored() == [(1, "Allowed")]


async def test_reactions_count_towards_what_an_address_may_store_in_a_day(settings):
    settings.DAILY_MEGABYTES_PER_ADDRESS = 1
    seq, address = await post("Hello"), "192.0.2.1"
    reaction = partial(runtime().posting.react, "lobby", ALICE, seq, "👍", address=address)
    await reaction(on=True)
    runtime().limits.stored_bytes.take(address, MEGABYTE - ROW_BYTES)

    with pytest.raises(TooFast):
        await reaction(on=True)
    await reaction(on=False)


async def test_a_message_posted_without_a_socket_reaches_those_in_the_room():
    async with enter("attic") as hers:
        seq = await post("From the form", slug="attic")

        while (frame := await hers.frame_of("room.changed"))["head"] < seq:
            pass

    assert frame["messages"][-1]["body"] == "From the form"


async def test_a_room_that_is_known_to_exist_is_not_looked_up():
    async with counted(in_readers, ' AS "a" FROM "chat_room"') as reads:
        await post("A room that may be new", slug="attic")
        assert len(reads) == 1

        await post("The same room", slug="attic", may_be_new=False)

    assert len(reads) == 1


async def test_every_way_in_shares_the_rate_of_an_author(settings, still_clock):
    settings.MESSAGE_RATE, settings.MESSAGE_BURST = 1, 2
    async with enter() as hers:
        author = Person(hers.welcome["you"]["author_id"], "Alice")
        assert await hers.post("By the socket") == 1
        assert (
            await runtime().posting.post("lobby", author, "By the form", uuid4(), address=None) == 2
        )

        with pytest.raises(TooFast):
            await runtime().posting.post("lobby", author, "Too fast", uuid4(), address=None)
