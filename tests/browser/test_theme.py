"""The light, dark and system themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import PHONE


def choose(person, theme):
    person.page.get_by_role("button", name="More", exact=True).click()
    person.page.get_by_role("radio", name=theme).check()
    person.page.keyboard.press("Escape")


def is_chosen(person, theme):
    expect(person.page.locator(f"[name=theme][value={theme.lower()}]")).to_be_checked()


def is_dark(page):
    return page.evaluate("getComputedStyle(document.documentElement).colorScheme === 'dark'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_is_the_systems_until_one_is_chosen(enter, scheme):
    reader = enter(color_scheme=scheme)
    other = "Light" if scheme == "dark" else "Dark"
    assert is_dark(reader.page) == (scheme == "dark")

    choose(reader, other)
    assert is_dark(reader.page) == (other == "Dark")
    reader.reloads()
    assert is_dark(reader.page) == (other == "Dark")
    is_chosen(reader, other)

    choose(reader, "System")
    assert is_dark(reader.page) == (scheme == "dark")
    reader.reloads()
    assert is_dark(reader.page) == (scheme == "dark")


def test_the_chosen_theme_applies_to_every_room_and_tab(alice):
    other = alice.another_tab()

    choose(alice, "Dark")

    is_chosen(other, "Dark")
    assert is_dark(other.page)
    other.page.goto("/r/elsewhere/")
    assert is_dark(other.page)


def test_a_phone_has_the_theme_in_the_menu(enter, shoot):
    reader = enter(**PHONE)

    for theme in ("Light", "Dark"):
        choose(reader, theme)

        assert is_dark(reader.page) == (theme == "Dark")
        reader.page.get_by_role("button", name="More", exact=True).tap()
        shoot(reader, f"phone-{theme.lower()}-menu")
        reader.page.keyboard.press("Escape")
