"""Using the chat by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from testing.person import PHONE

NARROW = {"viewport": {"width": 360, "height": 740}}  # a desktop at 400 %: narrow, without touch
MOST_STOPS = 20  # not one for each message
FOCUS = """() => {
    const element = document.activeElement;
    if (element === document.body) return null;
    const box = element.closest("label, form:has(textarea)") ?? element;
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const [x, y] = [(left + right) / 2, (Math.max(top, 0) + Math.min(bottom, innerHeight)) / 2];
    const above = document.elementFromPoint(x, y);
    const drawn = (node) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node);
        return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || boxShadow !== "none";
    };
    return {
        what: element.outerHTML.slice(0, 120),
        visible: drawn(element) || drawn(box),
        uncovered: box.contains(above) || element.contains(above),
    };
}"""


def focused(locator):
    """Focused within its page, which need not be in front."""
    return locator.evaluate("element => element === document.activeElement")


def tabs_to(person, goal, *, key="Tab"):
    """Press Tab until it has the focus. Every stop must show its focus and not be covered."""
    for _ in range(MOST_STOPS):
        person.page.keyboard.press(key)
        stop = person.page.evaluate(FOCUS)
        assert stop is None or (stop["visible"] and stop["uncovered"]), stop
        if goal.count() and focused(goal):
            return goal
    raise AssertionError(f"Tab does not lead to {goal}")


def button(person, name):
    return person.page.get_by_role("button", name=name)


def goes_to_the_field(person):
    """Tab to the composer's field from any element."""
    tabs_to(person, person.page.get_by_role("log"), key="Shift+Tab")
    person.page.keyboard.press("Escape")
    assert focused(person.field)


@pytest.fixture
def bob(enter):
    return enter(**NARROW)


def test_two_people_talk_without_a_mouse(alice, bob):
    keys, his = alice.page.keyboard, bob.page.keyboard
    goes_to_the_field(alice)
    keys.type("Hello?")
    keys.press("Enter")
    bob.sees("Hello?")

    goes_to_the_field(bob)
    his.type("Here I am")
    tabs_to(bob, button(bob, "Send"))
    his.press("Space")
    alice.sees("Here I am")
    assert focused(bob.field)

    tabs_to(alice, button(alice, "Change your name"))
    keys.press("Enter")
    assert focused(alice.page.get_by_role("textbox", name="Your name"))
    keys.press("Control+A")
    keys.type("Alice")
    keys.press("Enter")
    expect(alice.page.get_by_role("textbox", name="Your name")).to_be_hidden()
    assert focused(alice.field)
    keys.type("It is me")
    keys.press("Enter")
    expect(bob.message("It is me").locator("[data-part=author]")).to_have_text("Alice")


def test_the_list_of_people_opens_and_closes_by_keyboard(writer, bob):
    writer.sends_and_waits("Hello")
    drawer = bob.page.locator("[data-people]")
    opener = tabs_to(bob, button(bob, "People here: 2"), key="Shift+Tab")

    bob.page.keyboard.press("Enter")
    expect(drawer).to_be_visible()
    tabs_to(bob, drawer.get_by_role("button", name="Invite people"))
    bob.page.keyboard.press("Escape")

    expect(drawer).to_be_hidden()
    assert focused(opener)


def test_the_conversation_is_scrolled_and_left_by_keyboard(alice, writer):
    writer.sends_many([f"Line {number}" for number in range(40)])
    alice.sees("Line 39")
    keys = alice.page.keyboard
    stream = tabs_to(alice, alice.page.get_by_role("log"), key="Shift+Tab")

    keys.press("Home")
    expect(alice.message("Line 1")).to_be_in_viewport()
    expect(alice.message("Line 39")).not_to_be_in_viewport()
    keys.press("Enter")
    selected = alice.page.evaluate_handle("document.activeElement").as_element()
    keys.press("?")
    dialog = alice.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    assert focused(dialog.get_by_role("button", name="Close"))
    keys.press("Escape")
    expect(dialog).to_be_hidden()
    assert focused(selected)
    alice.page.get_by_role("button", name="Notifications").click()
    keys.press("?")
    keys.press("End")
    expect(dialog).to_be_hidden()
    expect(alice.message("Line 39")).not_to_be_in_viewport()
    keys.press("Escape")
    keys.press("End")
    expect(alice.message("Line 39")).to_be_in_viewport()
    keys.press("Escape")
    assert focused(alice.field)

    tabs_to(alice, stream, key="Shift+Tab")
    keys.press("Home")
    expect(button(alice, "Latest messages")).to_be_visible()
    tabs_to(alice, button(alice, "Latest messages"))
    keys.press("Enter")
    expect(button(alice, "Latest messages")).to_be_hidden()
    assert focused(stream)


def test_each_message_and_its_link_are_reached_by_keyboard(alice, writer):
    alice.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    writer.sends_many([f"Line {number}" for number in range(40)])
    alice.sees("Line 39")
    keys = alice.page.keyboard
    stream = tabs_to(alice, alice.page.get_by_role("log"), key="Shift+Tab")

    keys.press("Enter")
    assert focused(alice.message("Line 39"))
    keys.press("ArrowDown")
    assert focused(alice.message("Line 39"))
    for _ in range(30):
        keys.press("ArrowUp")
    assert focused(alice.message("Line 9"))
    expect(alice.message("Line 9")).to_be_in_viewport(ratio=1)
    keys.press("Enter")
    expect(alice.page.get_by_role("menu")).to_be_visible()
    copy = alice.page.get_by_role("menuitem", name="Copy link")
    for _ in range(20):
        if focused(copy):
            break
        keys.press("ArrowDown")
    keys.press("Enter")

    expect(alice.page.locator("[data-announcer]")).to_have_text("Link copied")
    assert alice.page.evaluate("navigator.clipboard.readText()") == f"{alice.page.url}#10"
    assert focused(alice.message("Line 9"))
    keys.press("Escape")
    assert focused(stream)


def test_only_a_selected_message_has_an_accessible_name(alice, writer):
    writer.renames("Bob")
    writer.sends_and_waits("Hello")
    writer.sends_and_waits("A long story. " * 50)
    expect(alice.messages).to_have_count(2)
    keys = alice.page.keyboard
    tabs_to(alice, alice.page.get_by_role("log"), key="Shift+Tab")

    keys.press("Enter")
    name = alice.messages.last.get_attribute("aria-label")
    assert re.search(r"Bob\W+\d.*: \W*A long story\. A long", name)
    assert len(name) < 150
    keys.press("ArrowUp")

    assert focused(alice.message("Hello"))
    assert re.search(r"Bob\W+\d.*: \W*Hello", alice.message("Hello").get_attribute("aria-label"))
    assert alice.messages.last.get_attribute("aria-label") is None
    keys.press("Escape")
    assert alice.message("Hello").get_attribute("aria-label") is None


@pytest.mark.parametrize(
    ("name", "goal"),
    [("Skip to messages", "[data-stream]"), ("Skip to the message field", "[data-composer-field]")],
)
def test_skip_links_lead_to_the_messages_and_the_composer(enter, name, goal):
    alice = enter(**PHONE)  # a phone does not focus the composer
    link = alice.page.get_by_role("link", name=name)
    alice.page.keyboard.press("Tab")
    if name != "Skip to messages":
        alice.page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport(ratio=1)

    alice.page.keyboard.press("Enter")

    expect(alice.page.locator(goal)).to_be_focused()
    assert "#" not in alice.page.url
