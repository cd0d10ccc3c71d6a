"""Which sites' pages may open a socket."""

from __future__ import annotations

import pytest

from chat.access.origin import is_allowed_origin


@pytest.fixture(autouse=True)
def _site(settings):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "chat.example"]
    settings.CSRF_TRUSTED_ORIGINS = [
        "https://partner.example",
        "https://*.friends.example",
        "http://odd.example:8080",
    ]


def may_enter(origin, host="chat.example"):
    return is_allowed_origin([(b"host", host.encode()), (b"origin", origin.encode("latin1"))])


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://chat.example", "chat.example"),
        ("http://chat.example:80", "chat.example"),
        ("http://chat.example", "chat.example:80"),
        ("http://CHAT.example", "Chat.Example"),
        ("http://localhost:8000", "localhost:8000"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("http://chat.example.", "chat.example."),
        ("http://chat.example.:8000", "chat.example.:8000"),
    ],
)
def test_this_site_is_allowed(origin, host):
    assert may_enter(origin, host)


@pytest.mark.parametrize("host", ["chat.example", "chat.example:443"])
def test_this_site_behind_an_https_proxy_is_allowed(host):
    assert may_enter("https://chat.example", host)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_an_https_site_can_be_opened_over_http_through_a_tunnel(settings, host):
    settings.PUBLIC_URL = "https://chat.example"

    assert may_enter(f"http://{host}", host)


def test_a_site_with_an_https_address_refuses_its_own_http_pages(settings):
    assert may_enter("http://chat.example")

    settings.PUBLIC_URL = "https://chat.example"

    assert may_enter("https://chat.example")
    assert may_enter("http://odd.example:8080"), "it is listed"
    assert not may_enter("http://chat.example")
    assert not may_enter("http://localhost:8000")


@pytest.mark.parametrize(
    "origin",
    [
        "https://partner.example",
        "https://partner.example:443",
        "https://a.friends.example",
        "https://a.b.friends.example",
        "https://friends.example",
        "http://odd.example:8080",
    ],
)
def test_trusted_sites_are_allowed(origin):
    assert may_enter(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "http://mallory.example",
        "http://chat.example:8080",
        "https://chat.example:80",
        "http://chat.example:443",
        "http://chat.example.mallory.example",
        "http://mallorychat.example",
        "http://sub.chat.example",
        "http://localhost",
        "http://partner.example",
        "https://partner.example:8443",
        "https://sub.partner.example",
        "https://unfriends.example",
        "http://a.friends.example",
        "http://odd.example",
    ],
)
def test_other_sites_are_refused(origin):
    assert may_enter("http://chat.example")

    assert not may_enter(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "http://[",
        "http://[::1",
        "http://]",
        "http://chat.example:port",
        "http://chat.example:99999",
        "http://",
        "//chat.example",
        "chat.example",
        "",
        " ",
        "null",
        "file://",
        "ws://chat.example",
        "javascript://chat.example",
        "http://chat.example, http://mallory.example",
        "http://ch\xe4t.example",
        "http://chat\u2024example".encode().decode("latin1"),
    ],
)
def test_malformed_origins_are_refused_and_raise_nothing(origin):
    assert not may_enter(origin)


def test_a_client_without_an_origin_is_allowed():
    assert is_allowed_origin([(b"host", b"chat.example")])
    assert is_allowed_origin([])


def test_several_origins_are_refused():
    host, own, other = (
        (b"host", b"chat.example"),
        (b"origin", b"http://chat.example"),
        (b"origin", b"http://mallory.example"),
    )
    assert is_allowed_origin([host, own])

    assert not is_allowed_origin([host, own, other])
    assert not is_allowed_origin([host, own, own])


def test_an_origin_without_exactly_one_host_is_refused():
    own, host = (b"origin", b"http://chat.example"), (b"host", b"chat.example")

    assert not is_allowed_origin([own])
    assert not is_allowed_origin([own, host, host])


@pytest.mark.parametrize(
    "host", ["mallory.example", "", "[", "chat.example:port", "chat.example:99999"]
)
def test_an_unknown_host_makes_no_origin_valid(host):
    """DNS rebinding: mallory's page and mallory's host name, which points at this server."""
    assert not may_enter(f"http://{host}", host)


def test_any_host_is_allowed_if_the_operator_allows_all(settings):
    settings.ALLOWED_HOSTS = ["*"]

    assert may_enter("http://anything.example", "anything.example")
    assert not may_enter("http://mallory.example", "anything.example")


def test_one_invalid_trusted_origin_does_not_disable_the_others(settings):
    settings.CSRF_TRUSTED_ORIGINS = ["capacitor://localhost", "nonsense", "https://partner.example"]

    assert may_enter("https://partner.example")
    assert not may_enter("https://mallory.example")
