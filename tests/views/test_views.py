"""The pages, and the form that saves a name."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat.access.guests import COOKIE, guest_from
from chat.models import Room

pytestmark = pytest.mark.django_db(transaction=True)


def config_of(response):
    """The configuration that the page contains for its modules."""
    found = re.search(
        r'<script id="[^"]+" type="application/json">(.*?)</script>', response.content.decode()
    )
    return json.loads(found[1])


def test_the_lobby_is_at_the_root(client):
    response = client.get("/")

    assert response.status_code == 200
    config = config_of(response)
    assert config["room"] == {"slug": "lobby", "title": "Lobby"}
    assert config["socket_url"] == "/ws"


def test_a_room_has_a_page_before_its_first_message(client):
    response = client.get("/r/my-attic/")

    assert response.status_code == 200
    assert config_of(response)["room"] == {"slug": "my-attic", "title": "My attic"}
    assert config_of(response)["socket_url"] == "/ws/my-attic"
    assert not Room.objects.filter(slug="my-attic").exists(), "looking makes no room"


def test_a_room_shows_its_title_as_text(client):
    Room.objects.create(slug="attic", title="</script><b>Attic</b>", epoch="e")

    page = client.get("/r/attic/").content.decode()

    assert config_of(client.get("/r/attic/"))["room"]["title"] == "</script><b>Attic</b>"
    assert "<b>Attic" not in page


def test_a_room_without_the_slash_is_found(client):
    assert client.get("/r/attic").headers["Location"] == "/r/attic/"


@pytest.mark.parametrize("slug", ["Attic", "a_b", "a.b", "a" * 65, "é", "a b", "<b>", ".."])
def test_a_slug_that_no_room_can_have_gets_a_page_that_explains_it(client, slug):
    response = client.get(f"/r/{slug}/")

    assert response.status_code == 404
    page = response.content.decode()
    assert "a-z" in page or "a to z" in page
    assert "<b>" not in page
    assert COOKIE not in response.cookies


def test_an_unknown_address_gets_the_chats_own_404_page(client):
    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


@pytest.mark.parametrize("path", ["/", "/r/attic/"])
def test_pages_are_only_read(client, path):
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


def test_a_get_of_the_forms_address_redirects_to_the_room(client):
    answer = client.get("/r/attic/say/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/r/attic/")
    assert client.get("/r/lobby/say/").headers["Location"] == "/"


def test_a_visitor_is_remembered(client):
    first = client.get("/").cookies[COOKIE]
    again = client.get("/r/attic/").cookies[COOKIE]

    assert guest_from({COOKIE: first.value}) == guest_from({COOKIE: again.value})
    assert first["httponly"]
    assert first["samesite"] == "Lax"
    assert not first["secure"]
    assert first["max-age"] > 300 * 24 * 3600


def test_over_https_the_cookie_is_secure(client):
    assert client.get("/", secure=True).cookies[COOKIE]["secure"]


def test_a_page_is_not_cached(client):
    assert "no-store" in client.get("/").headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/", "/r/attic/", "/r/Attic/", "/nowhere/"])
def test_pages_carry_the_security_headers(client, path):
    headers = client.get(path).headers

    policy = dict(
        directive.strip().partition(" ")[::2]
        for directive in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/r/Attic/", "/nowhere/"])
def test_pages_contain_nothing_that_their_policy_would_block(client, path):
    page = client.get(path).content.decode()

    inline = re.findall(r'<script(?![^>]*(?:src=|type="application/json"))[^>]*>', page)
    assert not inline
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)


def test_an_unknown_host_is_not_served(client):
    assert client.get("/", headers={"host": "localhost"}).status_code == 200

    assert client.get("/", headers={"host": "mallory.example"}).status_code == 400


@pytest.fixture
def browser_of_alice():
    """A client that checks CSRF tokens as for any browser, and has loaded the page."""
    client = Client(enforce_csrf_checks=True)
    client.token = config_of(client.get("/"))["csrf_token"]
    return client


def rename(client, name, **headers):
    return client.post("/name/", {"name": name}, headers={"X-CSRFToken": client.token, **headers})


def test_a_new_name_is_saved_and_the_author_stays_the_same(browser_of_alice):
    before = guest_from({COOKIE: browser_of_alice.cookies[COOKIE].value})

    response = rename(browser_of_alice, "  Ａlice ")

    assert response.json() == {"name": "Alice"}
    assert response.cookies[COOKIE]["httponly"]
    after = guest_from({COOKIE: browser_of_alice.cookies[COOKIE].value})
    assert after.name == "Alice"
    assert after.person.author_id == before.person.author_id


@pytest.mark.parametrize("name", ["", "a\u202eb", "x" * 33])
def test_a_bad_name_is_refused_and_the_old_one_kept(browser_of_alice, name):
    response = rename(browser_of_alice, name)

    assert response.status_code == 400
    assert response.json()["code"] == "bad_name"
    assert response.json()["detail"]
    assert COOKIE not in response.cookies


def test_another_site_cannot_rename_a_visitor(browser_of_alice):
    assert rename(browser_of_alice, "Alice").status_code == 200

    assert rename(browser_of_alice, "Fool", **{"X-CSRFToken": ""}).status_code == 403
    assert rename(browser_of_alice, "Fool", origin="http://mallory.example").status_code == 403
    assert browser_of_alice.get("/name/").status_code == 405


@pytest.mark.parametrize(
    ("method", "path", "form", "code"),
    [
        ("post", "/name/", {"name": ""}, "bad_name"),
        ("post", "/rooms/", {"title": ""}, "bad_title"),
        ("get", "/rooms.json", {"slug": ["attic"] * 101}, "bad_frame"),
        ("get", "/r/lobby/at/", {"date": "someday"}, "bad_date"),
        ("get", "/r/lobby/missed/", {"after": "all"}, "bad_seq"),
        ("get", "/r/lobby/reactions/", {"seq": "all"}, "bad_seq"),
    ],
)
def test_a_script_is_refused_in_the_same_way_by_every_view(client, method, path, form, code):
    client.get("/")  # for the cookie

    response = getattr(client, method)(path, form, headers={"Accept": "application/json"})

    assert response.status_code == 400
    assert response.json().keys() == {"code", "detail", "retry_in_ms"}
    assert response.json()["code"] == code
    assert response.json()["detail"]
