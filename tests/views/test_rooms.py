"""The list of rooms, the form that creates one, and a room's link as a QR code."""

from __future__ import annotations

import hashlib
import re

import pytest
from django.db import connection
from django.test import AsyncClient, Client
from django.test.utils import CaptureQueriesContext

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat import database
from chat.access import rate_limits
from chat.models import LOBBY, Message, Room
from chat.rooms import directory
from chat.services.messages import write_log
from chat.services.rooms import create_room
from chat.services.writes import Delete, React
from chatsite.settings.public_url import public_url
from tests.posts import post, posts, store
from tests.qr_codes import code_of
from tests.sockets import enter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _latest_rooms_are_asked_for_anew(monkeypatch):
    monkeypatch.setattr(directory, "_latest", (0.0, []))


@pytest.fixture
def visitor():
    """A client that has loaded a page, and so has a cookie."""
    client = Client()
    client.get("/rooms/")
    return client


async def listed(*slugs, after=()):
    response = await AsyncClient().get("/rooms.json", {"slug": slugs, "after": after})
    assert response.status_code == 200
    return {room["slug"]: room for room in response.json()["rooms"]}


# The list


async def test_the_list_has_the_lobby_and_the_rooms_that_the_client_asks_for():
    await store([*posts(2, slug="attic"), post(slug="secret")])

    assert list(await listed()) == [LOBBY]
    rooms = await listed("attic", "never-used", "No Such", "../etc")

    assert list(rooms) == [LOBBY, "attic", "never-used"]
    assert (rooms["attic"]["title"], rooms["attic"]["last_seq"]) == ("Attic", 2)
    stored = await Message.objects.aget(room__slug="attic", seq=2)
    assert rooms["attic"]["last_posted_at"][:19] == stored.posted_at.isoformat()[:19]
    assert rooms["attic"]["epoch"] == (await Room.objects.aget(slug="attic")).epoch
    assert (rooms["never-used"]["last_seq"], rooms["never-used"]["last_posted_at"]) == (0, None)
    assert [slug for slug, room in rooms.items() if room["is_listed"]] == [LOBBY]


async def test_the_list_counts_unread_messages_and_no_changes():
    await store([*posts(3, slug="attic"), post(slug="cellar")])
    await store([React("attic", "bob", "Bob", 1, "👍", True), Delete("attic", "alice", 3)])
    await store([post(slug="attic")])

    rooms = await listed("cellar", "attic", "never-used", after=["", 1, 0])

    assert rooms["attic"]["last_seq"] == 6
    unread = {slug: room["unread"] for slug, room in rooms.items()}
    assert unread == {LOBBY: None, "cellar": None, "attic": 2, "never-used": None}
    assert (await listed("attic", after=[6]))["attic"]["unread"] == 0
    assert (await listed("attic"))["attic"]["unread"] is None, "a page of the previous release"
    await store(posts(directory.MAX_UNREAD, slug="attic"))
    assert (await listed("attic", after=[1]))["attic"]["unread"] == directory.MAX_UNREAD


async def test_the_operator_can_list_some_rooms_or_all(settings):
    await store([post(slug="older"), post(slug="newer"), post(slug="newest")])
    await database.write(create_room, slug="silent", title="Silent")

    settings.LISTED_ROOMS = ["help"]
    assert list(await listed()) == [LOBBY, "help"]
    settings.LISTED_ROOMS = ["*"]
    await Message.objects.filter(room__slug="older").aupdate(posted_at="2020-01-01T00:00Z")
    await Message.objects.filter(room__slug="newer").aupdate(posted_at="2021-01-01T00:00Z")

    assert list(await listed()) == [LOBBY, "newest", "newer", "older", "silent"]


async def test_a_list_of_all_rooms_is_bounded_and_cached(settings, monkeypatch):
    settings.LISTED_ROOMS = ["*"]
    monkeypatch.setattr(directory, "MAX_LISTED", 3)
    await store([post(slug=f"room-{number}") for number in range(5)])
    assert len(await listed()) == 3

    await store([post(slug="another")])

    assert "another" not in await listed()


async def test_the_list_has_the_number_of_people_in_a_room():
    async with enter("attic") as hers, enter("attic"):
        while hers.welcome["count"] != 2 and (await hers.frame_of("people.changed"))["count"] != 2:
            pass
        rooms = await listed("attic", "cellar")

        assert (rooms["attic"]["people"], rooms["cellar"]["people"]) == (2, 0)
    assert (await listed("attic"))["attic"]["people"] == 0


async def test_more_rooms_than_a_browser_remembers_are_refused():
    assert len(await listed(*(f"room-{number}" for number in range(100)))) == 101

    response = await AsyncClient().get("/rooms.json", {"slug": ["attic"] * 101})

    assert response.status_code == 400
    assert "at most 100" in response.json()["detail"]


def test_a_long_list_costs_as_many_queries_as_a_short_one():
    write_log([post(slug=f"room-{number}") for number in range(20)])

    for slugs in (["room-1"], [f"room-{number}" for number in range(20)]):
        with CaptureQueriesContext(connection) as queries:
            directory.summaries(slugs, dict.fromkeys(slugs, 0))
        assert len(queries) == 1


def test_only_the_browser_may_cache_the_list_and_for_seconds(client):
    assert client.get("/rooms.json").headers["Cache-Control"] == "private, max-age=3"


def test_the_lobby_is_linked_at_its_own_address(client, settings):
    settings.LISTED_ROOMS = ["attic"]

    for page in ("/rooms/", "/"):
        links = re.findall(r'<a [^>]*href="([^"#?]*)"', client.get(page).text)
        assert {"/", "/r/attic/"} <= set(links), page
        assert "/r/lobby/" not in links
    assert 'href="/"' in client.post("/rooms/", {"title": "Lobby"}).text


# Making a room


def test_a_room_is_created_by_its_title(visitor):
    response = visitor.post("/rooms/", {"title": "  Bücher &  Wein "})

    assert response.status_code == 201
    assert 'href="/r/bucher-wein/"' in response.text
    assert "<bdi data-room-title>Bücher &amp; Wein</bdi>" in visitor.get("/r/bucher-wein/").text


def test_an_existing_room_is_offered_and_not_created_again(visitor):
    create_room(slug="book-club", title="Book <b>Club")

    response = visitor.post("/rooms/", {"title": "Book: Club"})

    assert response.status_code == 409
    assert "That name is taken" in response.text
    assert 'href="/r/book-club/"' in response.text
    assert "Book &lt;b&gt;Club" in response.text
    assert 'value="Book: Club"' in response.text


def test_a_room_with_an_unguessable_link_is_always_new(visitor):
    create_room(slug="book-club", title="Book club")

    response = visitor.post("/rooms/", {"title": "Book club", "unguessable": "on"})

    assert response.status_code == 201
    room = Room.objects.exclude(slug__in=["book-club", LOBBY]).get()
    assert f'href="/r/{room.slug}/"' in response.text
    assert room.title == "Book club"
    assert room.slug.startswith("book-club-")
    assert len(room.slug) > len("book-club-") + 12


def test_a_client_that_prefers_json_gets_the_result_as_json(visitor):
    def made(title):
        return visitor.post("/rooms/", {"title": title}, headers={"Accept": "application/json"})

    room = {"slug": "attic", "title": "Attic", "url": "/r/attic/"}
    created = made("Attic").json()
    key = created.pop("owner_url").removeprefix("/r/attic/#key=")
    assert Room.objects.get(slug="attic").key_hash == hashlib.sha256(key.encode()).hexdigest()
    assert created == room | {"is_new": True}
    assert made("attic").json() == room | {"is_new": False}
    assert made("LOBBY").json()["url"] == "/"
    refused = made(" ")
    assert refused.status_code == 400
    assert refused.json()["code"] == "bad_title"
    assert "visible" in refused.json()["detail"]


def test_an_invalid_title_is_refused_and_stays_in_the_form(visitor):
    response = visitor.post("/rooms/", {"title": "x" * 81})

    assert response.status_code == 400
    assert "up to 80 characters" in response.text
    assert "x" * 81 in response.text


def test_creating_rooms_is_rate_limited(visitor, monkeypatch):
    monkeypatch.setattr(rate_limits, "ROOMS", (0.01, 2))
    limits = rate_limits.RateLimits()  # each request of this client has an event loop of its own
    monkeypatch.setattr("chat.live.runtime.RateLimits", lambda: limits)
    for title in ("One", "Two"):
        assert visitor.post("/rooms/", {"title": title}).status_code == 201

    refused = visitor.post("/rooms/", {"title": "Three"})

    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 99
    assert "Try again in" in refused.text
    assert not Room.objects.filter(slug="three").exists()


def test_a_client_without_a_cookie_cannot_create_a_room(client):
    response = client.post("/rooms/", {"title": "Attic"})

    assert response.status_code == 400
    assert "Allow cookies" in response.text
    assert not Room.objects.filter(slug="attic").exists()


def test_another_site_cannot_create_a_room():
    mallory = Client(enforce_csrf_checks=True)
    mallory.get("/rooms/")

    response = mallory.post("/rooms/", {"title": "Attic"})

    assert response.status_code == 403


# The code


@pytest.mark.parametrize(
    ("path", "host", "link"),
    [
        ("/r/attic/qr.svg", "localhost", "http://localhost/r/attic/"),
        ("/r/lobby/qr.svg", "127.0.0.1:9000", "http://127.0.0.1:9000/"),
        ("/r/attic/qr.svg?scheme=https", "localhost", "https://localhost/r/attic/"),
        ("/r/attic/qr.svg?scheme=javascript", "localhost", "http://localhost/r/attic/"),
    ],
)
def test_the_code_holds_the_rooms_link(client, path, host, link):
    response = client.get(path, headers={"host": host})

    assert response.content == code_of(link)
    assert response.headers["Content-Type"] == "image/svg+xml"
    assert "max-age=86400" in response.headers["Cache-Control"]


def test_the_code_of_another_origin_has_another_url(client, settings):
    def qr_url():
        return client.get("/r/attic/", headers={"host": "localhost"}).context["config"]["qr_url"]

    before = qr_url()
    settings.SITE = public_url("https://chat.example")
    after = qr_url()

    assert before != after
    code = client.get(after, headers={"host": "localhost"}).content
    assert code == code_of("https://chat.example/r/attic/")


def test_behind_an_https_proxy_the_code_holds_an_https_link(client):
    assert client.get("/r/attic/qr.svg", secure=True).content == code_of(
        "https://testserver/r/attic/"
    )


def test_a_slug_that_no_room_can_have_has_no_code(client):
    assert client.get("/r/No_Room/qr.svg").status_code == 404
