"""What one can do with a message on a phone: the long press and the sheet."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import PHONE
from tests.browser.test_message_actions import menu, pill


def presses_long(person, text, *, moves_to=None):
    """A finger that rests on a message for longer than the menu takes to open, and leaves."""
    touch = person.page.context.new_cdp_session(person.page)
    person.message(text).scroll_into_view_if_needed()
    box = person.message(text).locator(".message__bubble").bounding_box()
    x, y = box["x"] + 12, box["y"] + 12
    point = [{"x": x, "y": y}]
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": point})
    if moves_to:
        moved = [{"x": x + moves_to, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": moved})
    person.page.wait_for_timeout(700)  # a finger rests; nothing else can be waited for
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


@pytest.fixture
def phone(enter):
    person = enter(**PHONE)
    person.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return person


def test_a_long_press_opens_a_sheet_which_closes_outside(phone, bob):
    bob.sends_and_waits("Hello")
    phone.sees("Hello")

    presses_long(phone, "Hello")

    expect(menu(phone)).to_be_visible()
    sheet = phone.page.locator(".message-menu").bounding_box()
    assert sheet["x"] == 0
    assert sheet["width"] == 360
    assert sheet["y"] + sheet["height"] == 740
    for item in menu(phone).get_by_role("menuitem").all():
        assert not item.is_visible() or item.bounding_box()["height"] >= 44
    phone.page.touchscreen.tap(180, 100)
    expect(menu(phone)).to_be_hidden()


def test_a_finger_that_moves_opens_no_sheet(phone, bob):
    bob.sends_and_waits("Hello there, how are you?")
    presses_long(phone, "Hello there, how are you?", moves_to=4)
    expect(menu(phone)).to_be_visible()
    phone.page.keyboard.press("Escape")

    presses_long(phone, "Hello there, how are you?", moves_to=40)

    expect(menu(phone)).to_be_hidden()


def test_a_long_press_on_a_link_is_left_to_the_browser(phone, bob):
    bob.sends_and_waits("https://example.org/a-long-address")

    presses_long(phone, "https://example.org/a-long-address")

    expect(menu(phone)).to_have_count(0)


def test_text_is_selected_from_the_sheet(phone, bob):
    bob.sends_and_waits("Call 555 0100")

    presses_long(phone, "Call 555 0100")
    menu(phone).get_by_role("menuitem", name="Select text").tap()

    assert phone.page.evaluate("getSelection().toString()") == "Call 555 0100"
    selectable = "element => getComputedStyle(element.querySelector('.message__bubble')).userSelect"
    assert phone.message("Call 555 0100").evaluate(selectable) != "none"
    phone.page.evaluate("getSelection().removeAllRanges()")
    expect(phone.message("Call 555 0100")).not_to_have_attribute("data-selecting", "")
    assert phone.message("Call 555 0100").evaluate(selectable) == "none"


def test_a_tap_shows_the_button_that_opens_the_sheet(phone, bob):
    bob.sends_and_waits("Hello")

    phone.message("Hello").locator(".message__bubble").tap()
    more = pill(phone).get_by_role("button", name="All actions")
    expect(more).to_be_visible()
    assert more.bounding_box()["width"] >= 44
    more.tap()

    expect(menu(phone)).to_be_visible()
