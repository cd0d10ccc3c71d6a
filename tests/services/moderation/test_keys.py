"""Owner links: their keys are secrets, of which only a hash is stored."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from chat.models import Act, Role, Room
from chat.protocol.errors import BadKey, NotFound
from chat.protocol.moderation import MAX_KEY
from chat.services.messages import write_log
from chat.services.moderation.keys import claim, make_owner, new_key
from chat.services.moderation.state import load_moderation
from chatsite.settings.public_url import public_url
from tests.moderators import BOB, MALLORY, person
from tests.posts import post

pytestmark = pytest.mark.django_db


@pytest.fixture
def attic():
    write_log([post(slug="attic")])


def role_of(author, slug="attic"):
    return load_moderation(slug).role_of(author)


def test_who_has_the_key_becomes_an_owner_and_the_log_says_so(attic):
    key = new_key("attic")

    claim("attic", person(BOB), key)

    assert role_of("bob") == "owner"
    entry = Act.objects.get()
    assert (entry.kind, entry.detail) == ("role", "owner")
    assert (entry.by_name, entry.target_id, entry.target_name) == ("Bob", "bob", "Bob")


def test_only_a_hash_of_the_key_is_stored(attic):
    key = new_key("attic")

    assert len(key) == 32 <= MAX_KEY
    stored = Room.objects.get(slug="attic").key_hash
    assert len(stored) == 64
    assert key not in str(Room.objects.filter(slug="attic").values())


def test_forged_and_other_rooms_keys_are_refused(attic):
    key = new_key("attic")
    Room.objects.lobby()
    lobbys = new_key("lobby")

    for forged in ("", "x", key[:-1], key + "x", key.swapcase(), lobbys, "Zoë 🦉"):
        with pytest.raises(BadKey):
            claim("attic", person(MALLORY), forged)

    hashed = Room.objects.get(slug="attic").key_hash
    with pytest.raises(BadKey):
        claim("attic", person(MALLORY), hashed)
    assert not Role.objects.exists()


def test_a_room_without_an_owner_link_cannot_be_claimed(attic):
    for key in ("", "x"):
        with pytest.raises(BadKey):
            claim("attic", person(MALLORY), key)


def test_a_room_that_is_not_stored_answers_as_one_with_another_key(attic):
    with pytest.raises(BadKey):
        claim("cellar", person(MALLORY), "x")
    with pytest.raises(NotFound):
        new_key("cellar")
    assert not Room.objects.filter(slug="cellar").exists()


def test_a_new_key_replaces_the_one_before_and_takes_no_role(attic):
    first = new_key("attic")
    claim("attic", person(BOB), first)
    second = new_key("attic")

    with pytest.raises(BadKey):
        claim("attic", person(MALLORY), first)

    claim("attic", person(MALLORY), second)
    assert role_of("bob") == role_of("mallory") == "owner"


def test_claiming_twice_is_logged_once_and_a_moderator_becomes_an_owner(attic):
    key = new_key("attic")
    room = Room.objects.get(slug="attic")
    Role.objects.create(room=room, author_id="bob", name="Bob", role="moderator")

    claim("attic", person(BOB), key)
    claim("attic", person(BOB), key)
    make_owner("attic", person(BOB))

    assert role_of("bob") == "owner"
    assert Act.objects.count() == 1
    assert Role.objects.count() == 1


@pytest.mark.parametrize(
    ("url", "slug", "start"),
    [
        ("https://chat.example.org", "attic", "https://chat.example.org/r/attic/#key="),
        ("https://chat.example.org", "lobby", "https://chat.example.org/#key="),
        ("", "attic", "/r/attic/#key="),
    ],
)
def test_room_key_prints_a_link_that_works_for_the_lobby_too(attic, settings, url, slug, start):
    settings.SITE = public_url(url)
    out, err = io.StringIO(), io.StringIO()

    call_command("room_key", slug, stdout=out, stderr=err)

    link = out.getvalue().strip()
    assert link.startswith(start)
    assert ("PUBLIC_URL is not set" in err.getvalue()) == (not url)
    claim(slug, person(BOB), link.removeprefix(start))
    assert role_of("bob", slug) == "owner"


def test_room_key_refuses_a_room_that_does_not_exist(attic):
    with pytest.raises(CommandError, match="There is no room 'cellar'"):
        call_command("room_key", "cellar")
