"""Emoji by their names: `:thu` and `:thumbsup:` in the message field."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE, Person
from testing.waiting import wait_until


@pytest.fixture
def suggested(alice):
    """What the listbox above the field offers."""
    return alice.page.locator("[data-emoji-suggestions]").get_by_role("option")


@pytest.mark.parametrize("key", ["Enter", "Tab"])
def test_a_name_after_a_colon_is_completed(alice, suggested, key):
    alice.field.press_sequentially("Well done :thu")
    expect(suggested.first).to_contain_text("thumbs up")
    expect(alice.field).to_have_attribute("aria-activedescendant", "emoji-suggestions-0")

    alice.field.press("ArrowDown")
    alice.field.press("ArrowUp")
    alice.field.press(key)

    expect(alice.field).to_have_value("Well done 👍 ")
    expect(suggested).to_have_count(0)
    alice.field.press("Enter")
    alice.sees("Well done 👍")


def test_escape_closes_the_suggestions_and_enter_then_sends(alice, suggested):
    alice.field.press_sequentially(":thu")
    expect(suggested.first).to_be_visible()

    alice.field.press("Escape")
    expect(suggested).to_have_count(0)
    alice.field.press("Enter")

    alice.sees(":thu")


def test_a_suggestion_is_chosen_by_a_tap(enter):
    ada = enter(**PHONE)
    ada.field.press_sequentially(":unicorn")
    ada.page.locator("[data-emoji-suggestions]").get_by_role("option").first.tap()

    expect(ada.field).to_have_value("🦄 ")
    expect(ada.field).to_be_focused()


def test_a_name_between_colons_becomes_an_emoji_and_can_be_undone(alice):
    alice.field.press_sequentially("Well done :thumbsup:")
    expect(alice.field).to_have_value("Well done 👍")

    alice.field.press("Control+z")
    expect(alice.field).to_have_value("Well done :thumbsup:")
    alice.field.press_sequentially(" or so")

    alice.field.press("Enter")
    alice.sees("Well done :thumbsup: or so")


@pytest.mark.parametrize(
    "text", ["At 10:30:", "http://a.example:th", "`:thumbsup:`", "Look:thumbsup:", ":nothing:"]
)
def test_other_colons_stay_as_they_are(alice, suggested, text):
    alice.field.press_sequentially(":+1:")
    expect(alice.field).to_have_value("👍")  # the data is loaded

    alice.field.press_sequentially(f" {text}")

    expect(alice.field).to_have_value(f"👍 {text}")
    expect(suggested).to_have_count(0)


def test_an_input_method_is_not_disturbed(alice, suggested):
    alice.field.press_sequentially(":+1:")
    expect(alice.field).to_have_value("👍")
    input_method = alice.page.context.new_cdp_session(alice.page)

    composed = {"text": " :thumbsup:", "selectionStart": 11, "selectionEnd": 11}
    input_method.send("Input.imeSetComposition", composed)

    expect(alice.field).to_have_value("👍 :thumbsup:")
    expect(suggested).to_have_count(0)
    input_method.send("Input.insertText", {"text": " :thumbsup:"})
    expect(alice.field).to_have_value("👍 :thumbsup:")


def test_typing_goes_on_while_the_emoji_are_loading(new_context, shared_node, room):
    ada = Person(new_context(base_url=shared_node.url, **DESKTOP).new_page()).opens(room)
    held = []
    ada.page.route("**/emoji/*.json*", lambda route: held.append(route))

    ada.field.press_sequentially("Good :thumbsup:")
    expect(ada.field).to_have_value("Good :thumbsup:")
    wait_until(lambda: ada.page.wait_for_timeout(20) or held)
    held.pop().continue_()

    expect(ada.field).to_have_value("Good 👍")
