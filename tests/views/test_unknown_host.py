"""A request for a host that is not in ALLOWED_HOSTS: the page names the setting."""

from __future__ import annotations

import html

import pytest
from django.test import Client

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat.views import http_errors


@pytest.fixture(autouse=True)
def nothing_logged_yet(monkeypatch):
    monkeypatch.setattr(http_errors, "_logged", set())


def page_for(host, **headers):
    response = Client().get("/", headers={"host": host, **headers})
    assert response.status_code == 400
    return html.unescape(response.content.decode())


@pytest.mark.django_db
def test_known_hosts_get_the_chat():
    for host in ("localhost:9000", "a.localhost", "127.0.0.1", "[::1]:80"):
        assert Client().get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "shown"),
    [("Chat.Example:8000", "chat.example"), ("192.168.1.20", "192.168.1.20"), ("[2::1]", "[2::1]")],
)
def test_an_unknown_host_is_named_with_the_setting_that_allows_it(sent, shown):
    page = page_for(sent)

    assert f"This server doesn't answer to “<bdi>{shown}</bdi>”" in page
    assert "ALLOWED_HOSTS" in page
    assert "Go to the lobby" not in page, "which would be the same page again"


def test_a_long_host_is_cut_off():
    page = page_for("x" * 5000 + ".example")

    assert "x" * http_errors.LONGEST_HOST + "..." in page
    assert "x" * (http_errors.LONGEST_HOST + 1) not in page


@pytest.mark.parametrize("host", ["<b>bold</b>", "my_host", "a b", "é", ""])
def test_an_invalid_host_is_not_shown_and_no_setting_is_suggested(host):
    page = page_for(host)

    assert "That request isn't valid" in page
    assert "ALLOWED_HOSTS" not in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("language", "text"),
    [("de", "Dieser Server antwortet nicht auf"), ("ar", "لا يستجيب هذا الخادم")],
)
def test_the_page_is_in_the_browsers_language(language, text):
    assert text in page_for("chat.example", **{"accept-language": language})


def test_the_log_names_each_host_once_and_cannot_be_filled(caplog):
    for number in range(2 * http_errors.MOST_LOGGED):
        for _ in range(2):
            page_for(f"host-{number}.example")
    page_for("<b>")

    assert len(caplog.records) == http_errors.MOST_LOGGED
    assert "host-0.example, which is not in ALLOWED_HOSTS" in caplog.text
    assert caplog.text.count("host-0.example") == 1
