"""What owners and moderators decide, and what comes of it: by sockets, in one process."""

from __future__ import annotations

from uuid import uuid4

import pytest

from chat import database
from chat.protocol.errors import CloseCode
from chat.protocol.frames import Person
from chat.services.moderation.keys import make_owner, new_key
from tests.people_shown import cookie
from tests.sockets import ORIGIN, enter, handshake, refused_with


@pytest.fixture
def mallory():
    return cookie("Mallory")


async def act(socket, kind, **fields):
    """Do an act that is not refused; returns its `act_id`."""
    act_id = str(uuid4())
    await socket.command(f"act.{kind}", act_id=act_id, **fields)
    return act_id


def author_of(socket):
    return socket.welcome["you"]["author_id"]


async def become_owner(socket, slug="lobby"):
    person = Person(author_of(socket), socket.welcome["you"]["name"])
    await database.write(make_owner, slug, person)
    await socket.until(lambda: socket.standing["role"] == "owner")


async def test_an_owner_by_link_removes_mutes_and_bans(alice, mallory):
    async with enter(cookie=alice) as hers, enter(cookie=mallory) as theirs:
        assert (hers.rules["rules"], hers.rules["roles"], hers.rules["pins"]) == ({}, [], [])
        assert (hers.standing["role"], hers.standing["is_muted"]) == (None, False)
        await hers.post("Hello")
        key = await database.write(new_key, "lobby")
        assert await theirs.refusal("room.claim", key="guess") == "bad_key"
        await hers.command("room.claim", key=key)
        await hers.until(lambda: hers.standing["role"] == "owner")
        await theirs.until(lambda: [each["name"] for each in theirs.rules["roles"]] == ["Alice"])

        seq = await theirs.post("Buy this")
        removal = await act(hers, "remove", seq=seq)
        await theirs.bodies(until=seq + 1)
        assert (theirs.latest(seq)["body"], theirs.latest(seq)["removed"]) == ("", True)
        await hers.command("act.undo", act_id=removal)
        await theirs.bodies(until=seq + 2)
        assert theirs.latest(seq)["body"] == "Buy this"

        muting = await act(hers, "mute", author_id=author_of(theirs), seconds=600)
        assert await theirs.refusal("message.post", body="x", client_message_id=str(uuid4())) == (
            "muted"
        )
        await hers.command("act.undo", act_id=muting)
        await theirs.post("Again")

        await act(hers, "sweep", author_id=author_of(theirs))
        await theirs.bodies(until=seq + 4)
        assert [each["on"] for each in theirs.sweeps] == [True]

        await act(hers, "ban", author_id=author_of(theirs))
        assert await theirs.close_code() == CloseCode.BANNED
        headers = [*ORIGIN, (b"cookie", f"chat_guest={mallory}".encode())]
        assert await refused_with(handshake(headers=headers)) == CloseCode.BANNED
