"""What one can do with a message: the pill, the menu and the keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, Person
from tests.browser.test_keyboard import focused
from tests.browser.wire import Wire

LONG = "A long story. " * 20
SHIFTS = """() => {
    window.shifts = [];
    const record = (list) => window.shifts.push(...list.getEntries().map(({ value }) => value));
    new PerformanceObserver(record).observe({ type: "layout-shift", buffered: false });
}"""
BOXES = """() => [...document.querySelectorAll(".message__bubble")].map(
    (bubble) => Object.values(bubble.getBoundingClientRect().toJSON()))"""


def announced(person):
    return person.page.locator("[data-announcer]")


def pill(person):
    return person.page.get_by_role("group", name="Message actions")


def menu(person):
    return person.page.get_by_role("menu", name="Message actions")


def clipboard(person):
    return person.page.evaluate("navigator.clipboard.readText()")


def selects(person, text):
    """By the keyboard."""
    person.page.locator("[data-stream]").focus()
    person.page.keyboard.press("Enter")
    while not focused(person.message(text)):
        person.page.keyboard.press("ArrowUp")


@pytest.fixture
def alice(alice):
    alice.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return alice


# The pill


def test_actions_appear_beside_a_message_and_move_nothing(alice, writer):
    for text in ("Hello", LONG.strip(), "Bye"):
        writer.sends_and_waits(text)
        alice.sends_and_waits(f"{text}!")
    alice.page.mouse.move(5, 5)
    expect(pill(alice)).to_have_count(0)
    boxes = alice.page.evaluate(BOXES)
    alice.page.evaluate(SHIFTS)

    for message in alice.messages.all():
        message.locator(".message__bubble").hover(position={"x": 20, "y": 20})
        expect(message.get_by_role("group", name="Message actions")).to_be_visible()
        assert alice.page.evaluate(BOXES) == boxes
        column = alice.page.locator("[data-messages]").bounding_box()
        shown = pill(alice).bounding_box()
        assert column["x"] <= shown["x"]
        assert shown["x"] + shown["width"] <= column["x"] + column["width"]

    assert alice.page.evaluate("window.shifts") == []
    alice.page.mouse.move(5, 5)
    expect(pill(alice)).to_have_count(0)


def test_the_actions_do_not_cover_a_message_that_has_space_beside_it(alice, writer):
    writer.sends_and_waits("Hello")
    alice.sends_and_waits("Hello to you")

    for text in ("Hello", "Hello to you"):
        alice.points_at(text)
        bubble = alice.message(text).locator(".message__bubble").bounding_box()
        shown = pill(alice).bounding_box()
        is_left_of = shown["x"] + shown["width"] <= bubble["x"]
        assert is_left_of if text == "Hello to you" else shown["x"] >= bubble["x"] + bubble["width"]


def test_only_what_is_possible_is_offered(alice, writer):
    writer.sends_and_waits("Theirs")
    alice.sends_and_waits("Mine")

    alice.points_at("Theirs")
    expect(pill(alice).get_by_role("button", name="Reply")).to_be_visible()
    expect(pill(alice).get_by_role("button", name="Edit")).to_be_hidden()
    alice.opens_the_menu_of("Theirs")
    expect(menu(alice).get_by_role("menuitem", name="Edit")).to_be_hidden()
    expect(menu(alice).get_by_role("menuitem", name="Delete")).to_be_hidden()
    alice.page.keyboard.press("Escape")

    alice.points_at("Mine")
    expect(pill(alice).get_by_role("button", name="Edit")).to_be_visible()
    expect(pill(alice).get_by_role("button", name="Reply")).to_be_hidden()
    alice.opens_the_menu_of("Mine")
    for name in ("Reply", "Edit", "Copy text", "Copy link", "Delete"):
        expect(menu(alice).get_by_role("menuitem", name=name)).to_be_visible()


def test_with_a_server_of_the_previous_release_a_message_can_only_be_copied(
    new_context, shared_node, room, writer
):
    writer.sends_and_waits("Hello")
    context = new_context(base_url=shared_node.url, **DESKTOP)
    wire = Wire(context)
    wire.without = ("features",)
    carol = Person(context.new_page()).opens(room)
    carol.sends_and_waits("Hi")

    carol.opens_the_menu_of("Hi")

    shown = menu(carol).get_by_role("menuitem")
    assert [item.inner_text() for item in shown.all() if item.is_visible()] == [
        "Copy text",
        "Copy link",
    ]
    carol.page.keyboard.press("Escape")
    carol.field.press("ArrowUp")
    expect(carol.field).to_have_value("")


def test_the_text_is_copied_as_it_was_typed(alice):
    alice.sends("**Bold** and `code`")

    alice.opens_the_menu_of("Bold")
    menu(alice).get_by_role("menuitem", name="Copy text").click()

    expect(announced(alice)).to_have_text("Text copied")
    assert clipboard(alice) == "**Bold** and `code`"


def test_the_focus_stays_in_the_field_while_the_mouse_uses_the_menu(alice):
    alice.sends_and_waits("Hello")
    alice.writes("Half a mess")

    alice.opens_the_menu_of("Hello")
    alice.page.mouse.click(5, 5)

    expect(menu(alice)).to_be_hidden()
    expect(alice.field).to_be_focused()
    expect(alice.field).to_have_value("Half a mess")


# The keyboard


def test_the_menu_is_used_by_the_keyboard_and_returns_to_the_message(alice):
    alice.sends_and_waits("One")
    alice.sends_and_waits("Two")
    keys = alice.page.keyboard
    selects(alice, "One")

    keys.press("Enter")
    reactions = menu(alice).get_by_role("menuitemcheckbox")
    assert focused(reactions.first)
    keys.press("ArrowRight")
    assert focused(reactions.nth(1))
    keys.press("ArrowDown")
    assert focused(menu(alice).get_by_role("menuitem", name="Reply"))
    keys.press("ArrowUp")
    assert focused(menu(alice).get_by_role("menuitem", name="More emoji"))
    keys.press("ArrowRight")
    assert focused(reactions.first)
    keys.press("ArrowUp")
    assert focused(menu(alice).get_by_role("menuitem", name="Delete"))
    keys.press("Home")
    assert focused(reactions.first)
    keys.press("Escape")

    expect(menu(alice)).to_be_hidden()
    assert focused(alice.message("One"))
    keys.press("ArrowDown")
    assert focused(alice.message("Two"))
    keys.press("c")
    expect(announced(alice)).to_have_text("Text copied")
    assert clipboard(alice) == "Two"
    expect(alice.field).to_have_value("")


def test_an_enter_that_is_held_down_opens_the_menu_and_chooses_nothing(alice):
    alice.sends_and_waits("Hello")
    selects(alice, "Hello")
    alice.page.keyboard.down("Enter")
    expect(menu(alice)).to_be_visible()

    alice.page.keyboard.down("Enter")  # the same key: it repeats

    expect(menu(alice)).to_be_visible()
    expect(alice.page.locator("[data-action=react]")).to_have_count(0)
    alice.page.keyboard.up("Enter")
    alice.page.keyboard.press("Enter")
    expect(menu(alice)).to_be_hidden()
    expect(alice.page.locator("[data-action=react]")).to_have_text("👍1")


def test_letters_act_on_a_selected_message_only(alice, writer):
    writer.sends_and_waits("Theirs")
    alice.sends_and_waits("Mine")
    keys = alice.page.keyboard
    line = alice.page.locator("[data-composer-doing]")

    selects(alice, "Mine")
    keys.press("e")
    expect(alice.field).to_have_value("Mine")
    keys.press("Escape")
    selects(alice, "Theirs")
    keys.press("e")
    expect(alice.field).to_have_value("")
    keys.press("Delete")
    expect(alice.page.get_by_role("dialog", name="Delete this message?")).to_have_count(0)
    keys.press("r")
    expect(line).to_contain_text("Theirs")
    expect(alice.field).to_be_focused()
    keys.press("Escape")

    alice.message("Theirs").locator(".message__bubble").click()
    keys.type("recede")
    expect(alice.field).to_have_value("recede")
    expect(line).to_be_hidden()


def test_keys_of_another_script_work_by_their_place(alice):
    alice.sends_and_waits("Mine")
    selects(alice, "Mine")

    alice.message("Mine").evaluate(
        """(element) => element.dispatchEvent(new KeyboardEvent("keydown",
            { key: "у", code: "KeyE", bubbles: true, cancelable: true }))"""
    )

    expect(alice.field).to_have_value("Mine")


def test_tab_leads_from_a_selected_message_to_its_actions(alice):
    alice.sends_and_waits("Mine")
    selects(alice, "Mine")
    expect(pill(alice)).to_be_visible()

    alice.page.keyboard.press("Tab")

    assert focused(pill(alice).get_by_role("button").first)
