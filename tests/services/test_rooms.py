"""Creating a room with a title before its first message."""

from __future__ import annotations

import asyncio

import pytest

from chat import database
from chat.models import Room
from chat.services.messages import write_log
from chat.services.rooms import create_room
from testing.waiting import SECONDS
from tests.faulty_channel_layers import remote_only
from tests.posts import post
from tests.sockets import enter

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_room_is_created_once_and_keeps_its_first_title():
    room, is_new = create_room(slug="book-club", title="Book Club!")
    again, is_new_again = create_room(slug="book-club", title="Mallory's")

    assert (is_new, is_new_again) == (True, False)
    assert room == again
    assert Room.objects.get(slug="book-club").title == "Book Club!"


def test_the_lobby_and_rooms_created_by_a_message_keep_their_titles():
    write_log([post(slug="attic")])

    for slug in ("attic", "lobby"):
        room, is_new = create_room(slug=slug, title="Mallory's")
        assert not is_new
        assert room.title == Room.objects.get(slug=slug).title == ""


def test_the_first_message_of_a_room_created_by_title_is_number_one():
    create_room(slug="attic", title="The attic")

    (message,) = write_log([post(slug="attic")])

    assert message == 1
    assert Room.objects.get(slug="attic").title == "The attic"


@pytest.mark.parametrize("only_by_layer", [False, True], ids=["own hub", "channel layer"])
async def test_a_visitor_in_a_room_that_gets_its_title_keeps_their_cursor(only_by_layer):
    async with enter("attic") as hers:
        assert hers.welcome["room"]["title"] == "Attic"
        cursor = hers.welcome["epoch"], hers.cursor
        if only_by_layer:
            with remote_only("attic"):
                await database.write(create_room, slug="attic", title="The attic!")
        else:
            await database.write(create_room, slug="attic", title="The attic!")

        async with asyncio.timeout(SECONDS):
            while True:
                async with enter("attic", cursor=cursor) as his:
                    assert not his.welcome["reset"]
                    if his.welcome["room"]["title"] == "The attic!":
                        break
        assert await hers.post("Still here") == 1
        assert await hers.bodies(until=1) == ["Still here"]
