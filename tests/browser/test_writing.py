"""Completing names, and the keyboard shortcuts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE, Person


@pytest.fixture
def ada(enter):
    ada = enter()
    ada.renames("Ada Lovelace")
    return ada


@pytest.fixture
def andre(enter):
    andre = enter()
    andre.renames("André <b>")
    return andre


def options(person):
    return person.page.get_by_role("option")


def dialog(person):
    return person.page.get_by_role("dialog", name="Keyboard shortcuts")


def knows(person, *names):
    for name in names:
        expect(person.page.locator(".person", has_text=name)).to_be_attached()


def test_a_name_is_completed_by_keyboard(alice, ada, andre):
    knows(alice, "Ada", "André")
    alice.field.press_sequentially("Hello @a")
    expect(options(alice)).to_have_count(2)
    expect(options(alice).first).to_contain_text("Ada Lovelace")
    expect(options(alice).first).to_have_attribute("aria-selected", "true")

    alice.field.press("ArrowDown")
    chosen = options(alice).nth(1)
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(alice.field).to_have_attribute("aria-activedescendant", chosen.get_attribute("id"))
    expect(alice.field).to_be_focused()
    alice.field.press("Enter")

    expect(alice.field).to_have_value("Hello @André <b> ")
    expect(options(alice)).to_have_count(0)
    alice.field.press("Enter")
    ada.sees("Hello @André <b>")


def test_a_name_that_another_one_starts_with_is_completed_and_sent(alice, ada, enter):
    enter().renames("Ada")
    short = alice.page.locator(".person").get_by_text("Ada", exact=True)
    expect(short).to_be_attached()
    alice.field.press_sequentially("@ada")
    expect(options(alice)).to_have_count(2)

    alice.field.press("Enter")
    expect(alice.field).to_have_value("@Ada ")
    expect(options(alice)).to_have_count(0)
    alice.field.press("Enter")

    ada.sees("@Ada")


def test_a_draft_of_one_tab_survives_a_message_sent_from_another(alice):
    tab = alice.another_tab()
    tab.writes("Short")
    alice.field.press_sequentially("A long thought")

    tab.field.press("Enter")
    tab.sees("Short")
    alice.reloads()

    expect(alice.field).to_have_value("A long thought")


def test_a_name_is_completed_by_a_tap(enter, ada):
    bob = enter(**PHONE)
    knows(bob, "Ada")
    bob.field.press_sequentially("Thanks, @love")

    options(bob).first.tap()

    expect(bob.field).to_have_value("Thanks, @Ada Lovelace ")


def test_escape_closes_the_list_for_this_name_only(alice, ada):
    knows(alice, "Ada")
    alice.field.press_sequentially("@a")
    expect(options(alice)).to_have_count(1)

    alice.field.press("Escape")
    alice.field.press_sequentially("d")

    expect(options(alice)).to_have_count(0)
    alice.field.press_sequentially("\b\b\b @a")
    expect(options(alice)).to_have_count(1)


def test_text_without_a_mention_opens_no_list(alice, ada):
    knows(alice, "Ada")

    alice.field.press_sequentially("ada@ada or @nobody")

    expect(options(alice)).to_have_count(0)
    alice.field.press("Enter")
    ada.sees("ada@ada or @nobody")


def test_the_shortcuts_are_listed_under_the_question_mark_of_a_selected_message(alice):
    alice.sends_and_waits("Really?")
    expect(dialog(alice)).to_be_hidden()

    alice.lists_the_shortcuts()

    dialog(alice).get_by_role("button", name="Close").click()
    expect(dialog(alice)).to_be_hidden()
    alice.page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(dialog(alice)).to_be_visible()


@pytest.mark.screenshots
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_screenshots_of_writing(new_context, shared_node, room, ada, andre, shoot, scheme, device):
    reader = Person(new_context(base_url=shared_node.url, color_scheme=scheme, **device).new_page())
    reader.opens(room)
    look = f"{'phone' if device is PHONE else 'desktop'}-{scheme}"
    knows(reader, "Ada", "André")
    ada.sends_and_waits("Hello")
    reader.field.press_sequentially("Hi @")
    expect(options(reader)).to_have_count(2)
    shoot(reader, f"{look}-mention")
    reader.lists_the_shortcuts()
    expect(dialog(reader)).to_be_visible()
    shoot(reader, f"{look}-shortcuts")
