"""What one can do with a message on a phone: the long press and the sheet."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import PHONE
from tests.browser.test_message_actions import menu, pill

# Browsers do not report the first few pixels that a finger moves by, so fire the events.
REST = """(bubble, moved) => {
    const event = { pointerType: "touch", isPrimary: true, bubbles: true };
    bubble.dispatchEvent(new PointerEvent("pointerdown", { ...event, clientX: 100 }));
    bubble.dispatchEvent(new PointerEvent("pointermove", { ...event, clientX: 100 + moved }));
}"""


def presses_long(person, text, *, opens=True, moves_to=0):
    """A finger rests on a message until the sheet opens, or for longer than that takes."""
    touch = person.page.context.new_cdp_session(person.page)
    person.message(text).scroll_into_view_if_needed()
    box = person.message(text).locator(".message__bubble").bounding_box()
    x, y = box["x"] + 12, box["y"] + 12

    def send(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    send("touchStart", {"x": x, "y": y})
    if moves_to:
        send("touchMove", {"x": x + moves_to, "y": y})
    if opens:
        expect(menu(person)).to_be_visible()
    else:
        person.page.wait_for_timeout(700)  # nothing is to happen, so there is nothing to wait for
        expect(menu(person)).to_be_hidden()
    send("touchEnd")


@pytest.fixture
def phone(enter):
    person = enter(**PHONE)
    person.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return person


def test_a_long_press_opens_a_sheet_which_closes_outside(phone, writer):
    writer.sends_and_waits("Hello")
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


def test_a_finger_that_moves_opens_no_sheet(phone, writer):
    writer.sends_and_waits("Hello there, how are you?")
    phone.points_at("Hello there, how are you?")  # now the actions are loaded
    bubble = phone.message("Hello there, how are you?").locator(".message__bubble")

    bubble.evaluate(REST, 12)
    phone.page.wait_for_timeout(700)  # nothing is to happen, so there is nothing to wait for
    expect(menu(phone)).to_be_hidden()
    bubble.evaluate(REST, 8)

    expect(menu(phone)).to_be_visible()
    phone.page.keyboard.press("Escape")
    presses_long(phone, "Hello there, how are you?", opens=False, moves_to=40)


def test_a_long_press_on_a_link_is_left_to_the_browser(phone, writer):
    writer.sends_and_waits("Hello")
    writer.sends_and_waits("https://example.org/a-long-address")
    phone.points_at("Hello")  # now the actions are loaded

    presses_long(phone, "https://example.org/a-long-address", opens=False)

    expect(menu(phone)).to_be_hidden()


def test_text_is_selected_from_the_sheet(phone, writer):
    writer.sends_and_waits("Call 555 0100")

    presses_long(phone, "Call 555 0100")
    menu(phone).get_by_role("menuitem", name="Select text").tap()

    assert phone.page.evaluate("getSelection().toString()") == "Call 555 0100"
    selectable = "element => getComputedStyle(element.querySelector('.message__bubble')).userSelect"
    assert phone.message("Call 555 0100").evaluate(selectable) != "none"
    phone.page.evaluate("getSelection().removeAllRanges()")
    expect(phone.message("Call 555 0100")).not_to_have_attribute("data-selecting", "")
    assert phone.message("Call 555 0100").evaluate(selectable) == "none"


def test_a_tap_shows_the_button_that_opens_the_sheet(phone, writer):
    writer.sends_and_waits("Hello")

    phone.message("Hello").locator(".message__bubble").tap()
    more = pill(phone).get_by_role("button", name="All actions")
    expect(more).to_be_visible()
    assert more.bounding_box()["width"] >= 44
    more.tap()

    expect(menu(phone)).to_be_visible()
