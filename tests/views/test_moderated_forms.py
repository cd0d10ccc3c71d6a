"""What a room's moderation means for those who write by forms, without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat.access.guests import guest_from
from chat.models import HeldMessage, Member, Message
from chat.protocol.frames import Person
from chat.protocol.moderation import (
    ApproveMessage,
    BanPerson,
    DeclineMessage,
    MutePerson,
    Rules,
    SetRules,
)
from chat.services.moderation.actors import Actor
from chat.services.moderation.acts import perform
from chat.services.moderation.keys import make_owner

pytestmark = pytest.mark.django_db(transaction=True)

STAFF = Actor("", "Staff", is_staff=True)


@pytest.fixture
def alice():
    return visitor()


@pytest.fixture
def mallory():
    return visitor()


def visitor():
    client = Client()
    client.get("/r/attic/")
    return client


def person(client):
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    return guest_from(cookies).person


def say(client, body, client_message_id=None):
    fields = {"client_message_id": client_message_id or uuid4(), "body": body}
    return client.post("/r/attic/say/", fields)


def act(kind, **fields):
    perform("attic", STAFF, kind(1, uuid4(), **fields))


def bodies():
    return list(Message.objects.order_by("seq").values_list("body", flat=True))


def test_who_is_muted_can_neither_write_nor_edit_nor_react_but_delete(alice, mallory):
    assert say(mallory, "Spam").status_code == 303
    assert say(alice, "Hello").status_code == 303
    act(MutePerson, author_id=person(mallory).author_id, seconds=3600)

    for path, fields in [
        ("/r/attic/say/", {"client_message_id": uuid4(), "body": "More"}),
        ("/r/attic/1/edit/", {"body": "More"}),
        ("/r/attic/2/react/", {"set": "👍"}),
    ]:
        refused = mallory.post(path, fields)
        assert refused.status_code == 403, path
        assert "A moderator muted you in this room. Try again in 60 min." in refused.text
        assert "Retry-After" not in refused.headers
    assert "More</textarea>" in mallory.post("/r/attic/1/edit/", {"body": "More"}).text
    assert bodies() == ["Spam", "Hello"]

    assert mallory.post("/r/attic/1/delete/").status_code == 303
    assert say(alice, "Better").status_code == 303
    assert bodies() == ["", "Hello", "Better"]


def test_who_is_banned_is_told_so_and_may_read(alice, mallory):
    say(mallory, "Spam")
    act(BanPerson, author_id=person(mallory).author_id)

    refused = say(mallory, "More spam")

    assert refused.status_code == 403
    assert "A moderator banned you from this room." in refused.text
    assert "More spam</textarea>" in refused.text
    assert mallory.get("/r/attic/").status_code == 200
    assert bodies() == ["Spam"]


def test_a_held_message_is_announced_once_with_an_empty_form_and_then_posted(alice):
    say(visitor(), "First")
    act(SetRules, rules=Rules(hold="newcomers"))
    key = uuid4()

    for _ in range(2):
        held = say(alice, "May I?", key)
        assert held.status_code == 202
        assert re.search(
            r"<p [^>]*data-composer-held>Your message waits for a moderator.</p>", held.text
        )
        assert "data-composer-refusal" not in held.text
        assert "May I?" not in held.text
        assert str(key) not in held.text
    assert HeldMessage.objects.count() == 1

    act(ApproveMessage, client_message_id=key)
    assert say(alice, "May I?", key).status_code == 303
    assert bodies() == ["First", "May I?"]


def test_the_form_of_a_declined_message_can_send_another_text(alice):
    say(visitor(), "First")
    act(SetRules, rules=Rules(hold="newcomers"))
    key = uuid4()
    say(alice, "Buy!", key)
    act(DeclineMessage, client_message_id=key)

    refused = say(alice, "Sorry", key)

    assert refused.status_code == 403
    assert "Sorry</textarea>" in refused.text
    (new_key,) = re.findall(r'name="client_message_id" value="([^"]+)"', refused.text)
    assert say(alice, "Sorry", new_key).status_code == 202


def test_a_message_too_soon_in_slow_mode_stays_in_its_form(alice):
    say(visitor(), "First")
    act(SetRules, rules=Rules(slow_seconds=6 * 3600))
    assert say(alice, "One").status_code == 303

    refused = say(alice, "Two")

    assert refused.status_code == 429
    assert 6 * 3600 - 60 < int(refused.headers["Retry-After"]) <= 6 * 3600
    assert "Try again in 6 h." in refused.text
    assert "Two</textarea>" in refused.text


def test_refusals_are_in_the_language_of_the_page(mallory):
    say(mallory, "Spam")
    act(BanPerson, author_id=person(mallory).author_id, seconds=30 * 24 * 3600)

    refused = mallory.post(
        "/r/attic/say/",
        {"client_message_id": uuid4(), "body": "x"},
        headers={"Accept-Language": "de"},
    )

    assert "Die Moderation hat dich in diesem Raum gesperrt" in refused.text
    assert f"{timezone.now() + timedelta(days=30):%Y}" in refused.text


def test_a_link_of_a_newcomer_cannot_be_edited_into_a_message(alice):
    say(visitor(), "First")
    say(alice, "See https://a.example")
    act(SetRules, rules=Rules(hold_links=True))

    assert alice.post("/r/attic/2/edit/", {"body": "https://a.example again"}).status_code == 303
    refused = alice.post("/r/attic/2/edit/", {"body": "https://b.example"})
    assert refused.status_code == 403
    assert "add a link" in refused.text

    Member.objects.update_or_create(
        room__slug="attic",
        author_id=person(alice).author_id,
        defaults={"written": 3, "since": timezone.now() - timedelta(minutes=16)},
        create_defaults={
            "room_id": Message.objects.first().room_id,
            "written": 3,
            "since": timezone.now() - timedelta(minutes=16),
        },
    )
    assert alice.post("/r/attic/2/edit/", {"body": "https://b.example"}).status_code == 303


def test_owners_write_whatever_the_rules_are(alice, mallory):
    say(alice, "First")
    make_owner("attic", Person(person(alice).author_id, "Alice"))
    act(SetRules, rules=Rules(writers="moderators", hold="everybody", slow_seconds=3600))

    assert say(alice, "One").status_code == say(alice, "Two").status_code == 303
    assert say(mallory, "Spam").status_code == 403
    assert mallory.post("/r/attic/1/react/", {"set": "👍"}).status_code == 303
