"""Light, dark, or as the system has it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.person import PHONE


def choose(person, theme):
    person.page.get_by_role("radio", name=theme).check()


def is_dark(page):
    return page.evaluate("getComputedStyle(document.documentElement).colorScheme === 'dark'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_system_decides_until_somebody_does(enter, scheme):
    reader = enter(color_scheme=scheme)
    other = "Light" if scheme == "dark" else "Dark"
    assert is_dark(reader.page) == (scheme == "dark")

    choose(reader, other)
    assert is_dark(reader.page) == (other == "Dark")
    reader.reloads()
    assert is_dark(reader.page) == (other == "Dark")
    expect(reader.page.get_by_role("radio", name=other)).to_be_checked()

    choose(reader, "System")
    assert is_dark(reader.page) == (scheme == "dark")
    reader.reloads()
    assert is_dark(reader.page) == (scheme == "dark")


def test_the_choice_holds_in_every_room_and_in_every_tab(alice):
    other = alice.another_tab()

    choose(alice, "Dark")

    expect(other.page.get_by_role("radio", name="Dark")).to_be_checked()
    assert is_dark(other.page)
    other.page.goto("/r/elsewhere/")
    assert is_dark(other.page)


def test_on_a_phone_it_is_in_the_drawer(enter, shoot):
    reader = enter(**PHONE)
    reader.page.get_by_role("button", name="People here").tap()

    for theme in ("Light", "Dark"):
        choose(reader, theme)

        assert is_dark(reader.page) == (theme == "Dark")
        shoot(reader, f"phone-{theme.lower()}-appearance")
