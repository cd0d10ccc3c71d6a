"""Links to messages, wherever they are in the log."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE, Person

HISTORY = [f"Message {number}" for number in range(1, 401)]


@pytest.fixture
def history(writer):
    writer.sends_many(HISTORY)


def linked(person):
    return person.page.locator(".message[data-linked] [data-part=body]")


def scroll_to_end(person):
    person.page.locator("[data-stream]").evaluate("s => s.scrollTop = s.scrollHeight")


def test_the_time_of_a_message_is_its_address(writer, bob, enter, room):
    writer.sends_and_waits("One")
    writer.sends_and_waits("Two")
    link = bob.message("One").locator(".message__link")
    expect(link).to_have_attribute("href", "#1")

    link.click()

    assert bob.page.url.endswith(f"{room}#1")
    expect(linked(bob)).to_have_text("One")
    carol = enter(f"{room}#2")
    expect(linked(carol)).to_have_text("Two")
    expect(carol.bodies).to_have_text(["One", "Two"])


def test_a_linked_message_flashes_and_escape_removes_it_from_the_address(writer, enter, room):
    writer.sends_and_waits("One")
    bob = enter(f"{room}#1")
    bubble = bob.message("One").locator(".message__bubble")
    shadow = "(element) => getComputedStyle(element).boxShadow"
    flash = "(element) => element.getAnimations().map(({ animationName }) => animationName)"

    expect(linked(bob)).to_have_text("One")
    bubble.evaluate("(bubble) => Promise.all(bubble.getAnimations().map((a) => a.finished))")

    assert bubble.evaluate(shadow) == "none"
    assert (
        bob.message("One").evaluate("(message) => getComputedStyle(message).outlineStyle") == "none"
    )
    bob.page.evaluate("location.hash = ''")
    expect(linked(bob)).to_have_count(0)
    bob.page.evaluate("location.hash = '#1'")
    expect(linked(bob)).to_have_text("One")
    assert bubble.evaluate(flash) == ["message-flashes"]
    bob.page.keyboard.press("Escape")
    expect(linked(bob)).to_have_count(0)
    assert bubble.evaluate(flash) == []
    assert "#" not in bob.page.url


def test_the_link_to_a_message_is_copied(writer, enter):
    writer.sends_and_waits("One")
    writer.sends_and_waits("Two")
    bob = enter()
    bob.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    time = bob.message("Two").get_by_role("link", name="Link to this message")
    assert "Link to this message" in time.locator("time").get_attribute("title")

    bob.opens_the_menu_of("Two")
    bob.page.get_by_role("menuitem", name="Copy link").click()

    expect(bob.page.locator("[data-announcer]")).to_have_text("Link copied")
    assert bob.page.evaluate("navigator.clipboard.readText()") == f"{bob.page.url}#2"


def test_a_link_opens_with_its_surroundings(history, enter, room):
    for seq in (1, 100, 340, 360, 400):
        reader = enter(f"{room}#{seq}")

        expect(linked(reader)).to_have_text(f"Message {seq}")
        expect(linked(reader)).to_be_in_viewport()
        around = HISTORY[max(0, seq - 6) : seq + 5]
        shown = reader.bodies.all_inner_texts()
        start = shown.index(around[0])
        assert shown[start : start + len(around)] == around


def test_scrolling_down_from_a_link_reaches_the_latest_messages(history, writer, enter, room):
    reader = enter(f"{room}#100")
    expect(linked(reader)).to_be_in_viewport()
    assert reader.messages.count() <= 50 + 2 * 50

    while not reader.message(HISTORY[-1]).count():
        last = reader.bodies.last.inner_text()
        scroll_to_end(reader)
        expect(reader.bodies.last).not_to_have_text(last)
    scroll_to_end(reader)

    expect(reader.page.locator("[data-latest]")).to_be_hidden()
    shown = reader.bodies.all_inner_texts()
    assert shown == HISTORY[-len(shown) :]
    writer.sends_and_waits("And now?")
    expect(reader.message("And now?")).to_be_in_viewport()


def test_scrolling_up_from_a_link_reaches_the_beginning(history, enter, room):
    reader = enter(f"{room}#120")
    expect(linked(reader)).to_be_in_viewport()

    while reader.bodies.first.inner_text() != HISTORY[0]:
        first = reader.bodies.first.inner_text()
        reader.message(first).scroll_into_view_if_needed()
        expect(reader.bodies.first).not_to_have_text(first)

    expect(reader.page.locator("[data-beginning]")).to_be_attached()


def test_a_button_returns_to_the_latest_messages(history, writer, enter, room):
    reader = enter(f"{room}#100")
    expect(linked(reader)).to_have_text("Message 100")
    writer.sends_and_waits("Meanwhile")
    button = reader.page.locator("[data-latest]")
    expect(button).to_have_text("1 new message")
    expect(reader.message("Meanwhile")).to_have_count(0)

    button.click()

    expect(reader.message("Meanwhile")).to_be_in_viewport()
    expect(linked(reader)).to_have_count(0)
    assert "#" not in reader.page.url
    expect(button).to_be_hidden()


def test_sending_a_message_returns_to_the_latest_messages(history, enter, room):
    reader = enter(f"{room}#100")
    expect(linked(reader)).to_be_in_viewport()

    reader.sends_and_waits("What a day that was")

    expect(reader.message("What a day that was")).to_be_in_viewport()


def test_the_browsers_back_button_leaves_the_link(history, enter, room):
    reader = enter()
    reader.sees(HISTORY[-1])
    reader.page.evaluate("location.hash = '#50'")
    expect(linked(reader)).to_have_text("Message 50")

    reader.page.go_back()

    expect(reader.message(HISTORY[-1])).to_be_in_viewport()
    expect(linked(reader)).to_have_count(0)


def test_a_link_to_a_missing_message_is_reported_and_shows_the_latest(history, enter, room):
    for name in ("#401", "#999999999"):
        reader = enter(room + name)

        expect(reader.status).to_have_text(re.compile("not in this room"))
        expect(reader.message(HISTORY[-1])).to_be_in_viewport()


def test_an_invalid_seq_is_ignored(writer, enter, room):
    writer.sends_and_waits("One")

    carol = enter(f"{room}#<img src=x>")

    carol.sees("One")
    expect(linked(carol)).to_have_count(0)


@pytest.mark.screenshots
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_screenshots_of_a_linked_message(
    new_context, shared_node, room, history, shoot, scheme, device
):
    reader = Person(new_context(base_url=shared_node.url, color_scheme=scheme, **device).new_page())
    reader.opens(f"{room}#200")
    expect(linked(reader)).to_be_in_viewport()

    shoot(reader, f"{'phone' if device is PHONE else 'desktop'}-{scheme}-linked")
