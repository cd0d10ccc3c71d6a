"""Creating a room: who does is its owner, and gets its owner link."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.test import Client

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat.access.guests import guest_from
from chat.models import Room
from chat.services.messages import write_log
from tests.posts import post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def visitor():
    """A client that has loaded a page, and so has a cookie."""
    client = Client()
    client.get("/rooms/")
    return client


def test_who_creates_a_room_is_its_owner_and_sees_its_owner_link_once(visitor):
    response = visitor.post("/rooms/", {"title": "Attic"})

    link = re.search(r">(http://testserver/r/attic/#key=([^<]+))<", response.text)
    room = Room.objects.get(slug="attic")
    assert room.key_hash == hashlib.sha256(link[2].encode()).hexdigest()
    assert "no-store" in response.headers["Cache-Control"]
    mine = guest_from({name: morsel.value for name, morsel in visitor.cookies.items()}).person
    assert [(each.author_id, each.role) for each in room.roles.all()] == [(mine.author_id, "owner")]
    again = visitor.post("/rooms/", {"title": "Attic"})
    assert again.status_code == 409
    assert "#key=" not in again.text


def test_a_room_that_exists_gets_no_owner_by_being_created_again(visitor):
    write_log([post(slug="attic")])

    visitor.post("/rooms/", {"title": "Attic"})

    room = Room.objects.get(slug="attic")
    assert (room.key_hash, list(room.roles.all())) == ("", [])
