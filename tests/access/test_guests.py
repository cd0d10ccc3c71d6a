"""Guests: their names, and that nobody can impersonate another."""

from __future__ import annotations

import string

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from chat.access.friendly_names import ARABIC, ENGLISH, GERMAN, friendly_name
from chat.access.guests import (
    COOKIE,
    HOST_COOKIE,
    SALT,
    Guest,
    guest_from,
    new_guest,
    remember,
)
from chat.access.names import IGNORABLE, normalised_name
from chat.protocol.errors import BadName
from chat.protocol.frames import MAX_NAME


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Alice", "Alice"),
        ("  Alice  ", "Alice"),
        ("Alice\n", "Alice"),
        ("Alice   B.", "Alice B."),
        ("Ａｌｉｃｅ", "Alice"),
        ("ﬁnn", "finn"),
        ("e\u0301va", "éva"),
        ("Alice\u00a0B.", "Alice B."),
        ("Alice\u3000B.", "Alice B."),
        ("李雷", "李雷"),
        ("نور", "نور"),
        ("Zoë 🦉", "Zoë 🦉"),
        ("<b>Bob</b>", "<b>Bob</b>"),
        ("x" * MAX_NAME, "x" * MAX_NAME),
        ("ﬁ" * (MAX_NAME // 2), "fi" * (MAX_NAME // 2)),
    ],
)
def test_a_name_is_normalised(typed, shown):
    assert normalised_name(typed) == shown


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "visible"),
        ("   ", "visible"),
        ("\u3164", "invisible"),
        ("\u2800", "invisible"),
        ("\U0001d159", "invisible"),
        ("Alice\U0001d159", "invisible"),
        ("Alice\ufffc", "invisible"),
        ("Alice\U00013441", "invisible"),
        ("Alice\U0001d173", "invisible"),
        ("Alice\ufff0", "invisible"),
        ("a\u200bb", "invisible"),
        ("a\u200db", "invisible"),
        ("\ufeffAlice", "invisible"),
        ("a\u00adb", "invisible"),
        ("Ali\u202ece", "invisible"),
        ("Ali\u2066ce", "invisible"),
        ("\u200fAlice", "invisible"),
        ("Ali\u061cce", "invisible"),
        ("a\x00b", "invisible"),
        ("a\nb", "invisible"),
        ("a\x1b[31mb", "invisible"),
        ("a\u2028b", "invisible"),
        ("a\ud800b", "invisible"),
        ("a\ue000b", "invisible"),
        ("a\ufe0fb", "invisible"),
        ("a\U000e0041b", "invisible"),
        ("a\U000e0100b", "invisible"),
        ("\u0301", "visible|combining"),
        ("\u0301Alice", "combining"),
        ("x" * (MAX_NAME + 1), "33"),
        ("ﷺ" * 3, "up to"),
        ("x" * 1_000_000, "up to"),
    ],
)
def test_a_misleading_name_is_refused_with_the_reason(name, why):
    with pytest.raises(BadName, match=why):
        normalised_name(name)


def test_a_name_cannot_contain_a_character_without_a_glyph():
    assert len(IGNORABLE) > 4000
    for character in IGNORABLE:
        with pytest.raises(BadName):
            normalised_name(f"Alice{character}")


def test_normalising_a_name_twice_changes_nothing():
    for typed in ("ﬁnn", " Ａ  Ｂ ", "e\u0301"):
        once = normalised_name(typed)
        assert normalised_name(once) == once


def test_generated_names_are_valid_and_in_the_readers_language():
    for language, words in (("en", ENGLISH), ("de-AT", GERMAN), ("ar", ARABIC), ("fr", ENGLISH)):
        with translation.override(language):
            names = {friendly_name() for _ in range(50)}
        assert all(normalised_name(name) == name for name in names)
        assert len(names) > 10
        found = {part for name in names for part in name.split()}
        assert found <= {*words.qualities, *words.animals}, language


def test_german_qualities_agree_with_their_animals():
    """Each is feminine, as every animal on the list is."""
    assert all(quality.endswith("e") for quality in GERMAN.qualities)


def test_the_longest_generated_names_are_valid():
    for words in (ENGLISH, GERMAN, ARABIC):
        quality, animal = max(words.qualities, key=len), max(words.animals, key=len)
        name = words.order.format(quality=quality, animal=animal)
        assert normalised_name(name) == name
        assert len(set(words.qualities)) == len(words.qualities)
        assert len(set(words.animals)) == len(words.animals)


def test_an_author_id_is_stable_and_does_not_reveal_its_key():
    guest = new_guest()

    assert guest.person.author_id == guest.named("Other").person.author_id
    assert guest.key not in guest.person.author_id
    assert set(guest.person.author_id) <= set(string.hexdigits)
    assert len(guest.person.author_id) == 20


def test_every_guest_has_another_author_id():
    assert new_guest().person.author_id != new_guest().person.author_id


def test_an_author_id_depends_on_the_servers_secret(settings):
    guest = new_guest()
    here = guest.person.author_id

    settings.SECRET_KEY = "another server's"

    assert guest.person.author_id != here


def cookies_of(guest, *, secure=False):
    response = HttpResponse()
    remember(guest, RequestFactory().get("/", secure=secure), response)
    return response.cookies


def cookie_of(guest, *, secure=False):
    return cookies_of(guest, secure=secure)[COOKIE]


def values(cookies):
    return {name: cookie.value for name, cookie in cookies.items()}


def test_a_cookie_identifies_its_guest():
    alice = new_guest().named("Alice")

    assert guest_from({COOKIE: cookie_of(alice).value}) == alice


def test_a_cookie_is_hidden_from_scripts_and_other_sites():
    cookie = cookie_of(new_guest())

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["secure"]
    assert cookie_of(new_guest(), secure=True)["secure"]


def test_a_cookie_belongs_to_the_path_of_the_chat(settings):
    settings.FORCE_SCRIPT_NAME = "/chat"

    assert cookie_of(new_guest())["path"] == "/chat"


def test_over_https_a_cookie_is_bound_to_this_host(settings):
    cookies = cookies_of(new_guest(), secure=True)

    cookie = cookies[HOST_COOKIE]
    assert HOST_COOKIE.startswith("__Host-")
    # Without these a browser refuses that name.
    assert (cookie["path"], cookie["domain"], cookie["secure"]) == ("/", "", True)
    assert cookie["httponly"]
    assert HOST_COOKIE not in cookies_of(new_guest())
    settings.FORCE_SCRIPT_NAME = "/chat"
    assert HOST_COOKIE not in cookies_of(new_guest(), secure=True)


def test_a_cookie_of_an_earlier_version_is_still_valid():
    alice = new_guest().named("Alice")
    earlier = {COOKIE: cookie_of(alice).value}

    assert guest_from(earlier) == alice
    assert guest_from(values(cookies_of(guest_from(earlier), secure=True))) == alice


def test_an_earlier_version_served_beside_this_one_knows_the_guest_and_can_rename_them():
    alice = new_guest().named("Alice")
    cookies = values(cookies_of(alice, secure=True))
    assert guest_from({COOKIE: cookies[COOKIE]}) == alice

    cookies[COOKIE] = cookie_of(alice.named("Alicia")).value

    assert guest_from(cookies) == alice.named("Alicia")


def test_a_cookie_set_by_another_host_of_the_domain_cannot_replace_a_guest():
    alice, mallory = new_guest(), new_guest()
    cookies = values(cookies_of(alice, secure=True))
    assert guest_from(cookies) == alice

    for planted in (cookie_of(mallory).value, "nonsense", ""):
        assert guest_from(cookies | {COOKIE: planted}) == alice


def tampered(value):
    payload, rest = value.split(":", 1)
    signed = signing.b64_decode(payload.encode())
    yield from (value[:-1], value + "x", "", ":", ":::", "é", "\x00", "x" * 100_000)
    yield f"{signing.b64_encode(signed.replace(b'Alice', b'Malic')).decode()}:{rest}"
    yield f".{value}"


def test_a_forged_cookie_is_refused():
    value = cookie_of(new_guest().named("Alice")).value
    assert guest_from({COOKIE: value})

    for forged in tampered(value):
        assert guest_from({COOKIE: forged}) is None, forged[:50]
    assert guest_from({}) is None


@pytest.mark.parametrize(
    "content",
    ["text", 5, None, {}, [], ["key"], ["key", "name", "more"], ["key", "a\u202eb"], ["key", ""]],
)
def test_a_cookie_of_an_unknown_format_is_refused(content):
    assert guest_from({COOKIE: signing.dumps(["key", "Alice"], salt=SALT)}) == Guest("key", "Alice")

    assert guest_from({COOKIE: signing.dumps(content, salt=SALT)}) is None


def test_a_value_signed_for_another_purpose_is_refused():
    assert guest_from({COOKIE: signing.dumps(["key", "Alice"], salt="elsewhere")}) is None
