"""Every setting is checked at start: one sentence names it, its value and what to write."""

from __future__ import annotations

import re
import runpy

import pytest
from django.core.exceptions import ImproperlyConfigured

from chatsite.databases import database_config
from chatsite.settings.addresses import allowed_host, path_prefix, trusted_origin
from chatsite.settings.environment import Environment
from chatsite.settings.public_url import public_url
from testing.processes import ROOT

SETTINGS = ROOT / "chatsite" / "settings" / "__init__.py"
NUMBERS = re.findall(r'env\.(?:int|float)\(.*?"([A-Z_]+)"', SETTINGS.read_text(), re.DOTALL)
SWITCHES = re.findall(r'env\.bool\("([A-Z_]+)"', SETTINGS.read_text())


def refusal(read, *arguments, **options):
    with pytest.raises(ImproperlyConfigured) as refused:
        read(*arguments, **options)
    return str(refused.value)


@pytest.fixture
def loaded(tmp_path, monkeypatch):
    """`loaded(NAME=value)`: why the settings are refused; empty where they load."""
    for name in re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', SETTINGS.read_text()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    def loaded(**environment):
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            try:
                runpy.run_path(str(SETTINGS))
            except ImproperlyConfigured as error:
                return str(error)
        return ""

    return loaded


def test_numbers_outside_their_range_are_refused(loaded):
    assert "RETENTION_DAYS" in NUMBERS
    assert "MESSAGE_RATE" in NUMBERS
    for name in NUMBERS:
        assert loaded(**{name: "1"}) == ""
        for value in ("-1", "99999999999"):
            said = loaded(**{name: value})

            assert f"{name} is '{value}'. Write a" in said
            assert re.search(r"number from \d+ to \d+", said), said


def test_negative_days_are_refused_with_the_number_that_keeps_messages_forever(loaded):
    assert "0 keeps messages forever" in loaded(RETENTION_DAYS="-1")


@pytest.mark.parametrize("value", ["1/s", "1,5", "ten", "nan", "inf", "-0.1", "0x10"])
def test_text_that_only_contains_a_number_is_refused(value):
    env = Environment({"MESSAGE_RATE": value})

    assert f"MESSAGE_RATE is '{value}'" in refusal(env.float, "MESSAGE_RATE", default=1.0)


def test_a_number_may_be_as_small_and_as_large_as_its_range():
    env = Environment({"LEAST": "0", "MOST": "5", "HALF": "0.5"})

    assert env.int("LEAST", default=1, most=5) == 0
    assert env.int("MOST", default=1, most=5) == 5
    assert env.float("HALF", default=1.0, most=5) == 0.5
    assert env.int("UNSET", default=7) == 7
    assert "whole number" in refusal(env.int, "HALF", default=1)


def test_a_long_value_is_cut_off():
    said = refusal(Environment({"N": "x" * 10_000}).int, "N", default=1)

    assert "xxx..." in said
    assert len(said) < 200


def test_a_switch_is_on_or_off_and_nothing_else(loaded):
    assert "DEBUG" in SWITCHES
    for name in SWITCHES:
        assert loaded(**{name: "on"}) == ""
        assert f"{name} is 'ture'. Write on or off." in loaded(**{name: "ture"})


def test_items_of_a_list_are_stripped():
    env = Environment({"LIST": " a.example , b.example,,"})

    assert env.list("LIST", default=[]) == ["a.example", "b.example"]
    assert env.list("UNSET", default=["c.example"]) == ["c.example"]


@pytest.mark.parametrize(
    ("entry", "host"),
    [
        ("chat.example", "chat.example"),
        ("Chat.Example.", "chat.example"),
        ("https://chat.example", "chat.example"),
        ("https://chat.example:8443/talk/", "chat.example"),
        ("192.168.1.20:9000", "192.168.1.20"),
        ("::1", "[::1]"),
        ("[2001:DB8:0::1]:80", "[2001:db8::1]"),
        ("*", "*"),
        (".chat.example", ".chat.example"),
        ("*.chat.example", ".chat.example"),
        ("Ｍünchen.example", "xn--mnchen-3ya.example"),
        ("straße.example", "xn--strae-oqa.example"),
    ],
)
def test_a_host_is_allowed_however_it_is_written(entry, host):
    assert allowed_host(entry) == host


@pytest.mark.parametrize(
    "entry",
    [
        "my_host",
        "a b",
        "https://",
        "user@chat.example",
        "chat.example:http",
        "1::2::3",
        "a*b",
        "☃️..",
    ],
)
def test_an_invalid_host_is_refused_with_an_example(entry):
    said = refusal(allowed_host, entry)

    assert f"ALLOWED_HOSTS has '{entry}'" in said
    assert "chat.example.org" in said


def test_trusted_origins_have_a_scheme_and_a_host():
    assert trusted_origin("https://Example.org:8443") == "https://example.org:8443"
    assert trusted_origin("https://*.example.org") == "https://*.example.org"
    assert trusted_origin("https://münchen.example/") == "https://xn--mnchen-3ya.example"
    for wrong in ("example.org", "ftp://example.org", "https://", "https://a:b", "https://u@a"):
        assert f"CSRF_TRUSTED_ORIGINS has '{wrong}'" in refusal(trusted_origin, wrong)


@pytest.mark.parametrize("prefix", ["chat", "/chat", "chat/", "/chat/"])
def test_a_path_prefix_needs_no_slashes_around_it(prefix):
    assert path_prefix("PATH_PREFIX", prefix) == "/chat"


def test_the_root_is_an_empty_prefix():
    assert path_prefix("PATH_PREFIX", "/") == path_prefix("PATH_PREFIX", "") == ""


@pytest.mark.parametrize("prefix", ["/ä", "/a b", "/a//b", "/a/../b", "/a;b", "/%C3%A4", "/a?b"])
def test_a_path_prefix_that_cannot_be_part_of_an_address_is_refused(prefix):
    said = refusal(path_prefix, "PATH_PREFIX", prefix)

    assert f"PATH_PREFIX has the path '{prefix}'" in said
    assert "such as /chat" in said


def test_the_public_url_may_be_in_any_script():
    assert public_url("https://münchen.example:8443/talk/") == (
        ["https://xn--mnchen-3ya.example:8443"],
        ["xn--mnchen-3ya.example"],
        "/talk",
        True,
    )


@pytest.mark.parametrize("url", ["https://a_b.example", "https://a b.example"])
def test_a_public_url_that_no_browser_can_reach_is_refused(url):
    assert f"PUBLIC_URL is '{url}'" in refusal(public_url, url)


def test_the_path_of_the_public_url_has_to_be_a_valid_prefix():
    assert "PUBLIC_URL has the path '/ä'" in refusal(public_url, "https://a/ä")


@pytest.mark.parametrize(
    "url",
    ["hunter2", "postgres://chat:hunter2/x@db/chat", "mysql://chat:hunter2@db/chat"],
)
def test_an_invalid_database_url_is_refused_without_showing_its_password(url):
    said = refusal(database_config, url)

    assert said.startswith("DATABASE_URL has ")
    assert "postgres://user:password@host/name" in said
    assert "hunter2" not in said


def test_wrong_addresses_are_refused_at_start(loaded):
    for name, value in (
        ("ALLOWED_HOSTS", "my_host"),
        ("CSRF_TRUSTED_ORIGINS", "example.org"),
        ("PATH_PREFIX", "/ä"),
        ("PUBLIC_URL", "https://a_b"),
        ("REDIS_URL", "redis://localhost:99999/0"),
    ):
        assert name in loaded(**{name: value})
