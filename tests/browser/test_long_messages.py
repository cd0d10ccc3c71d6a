"""A message of more than about 20 lines is folded until the reader unfolds it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE

LINES = "\n".join(f"line {number}" for number in range(1, 141))
TOP = "(element) => element.getBoundingClientRect().top"


@pytest.fixture
def reader(enter, writer):
    """A reader at the bottom, with a long message among others."""
    writer.sends_many([f"Before {number}" for number in range(40)])
    writer.sends_and_waits(LINES)
    writer.sends_and_waits("That was long")
    reader = enter()
    reader.sees("That was long")
    return reader


def long_message(person):
    return person.messages.filter(has_text="line 139")


def fold_button(person):
    return long_message(person).locator("[data-action=fold]")


def height_of(locator):
    return locator.bounding_box()["height"]


def test_a_long_message_is_folded_and_unfolds_in_place(reader):
    button = fold_button(reader)
    expect(button).to_have_text("Show all (140 lines)")
    expect(button).to_have_attribute("aria-expanded", "false")
    assert height_of(long_message(reader)) < DESKTOP["viewport"]["height"]
    top = long_message(reader).evaluate(TOP)

    button.click()

    expect(button).to_have_text("Show less")
    expect(button).to_have_attribute("aria-expanded", "true")
    assert height_of(long_message(reader)) > 140 * 20
    expect(reader.page.locator("[data-latest]")).to_be_visible()  # no longer at the bottom
    assert long_message(reader).evaluate(TOP) == pytest.approx(top, abs=1)


def test_a_message_folds_under_the_button_that_was_pressed(reader, writer):
    writer.sends_many([f"After {number}" for number in range(40)])
    reader.sees("After 39")
    button = fold_button(reader)
    button.evaluate("(button) => button.scrollIntoView({ block: 'center' })")
    button.click()
    expect(button).to_have_text("Show less")
    button.evaluate("(button) => button.scrollIntoView({ block: 'center' })")
    place = button.evaluate(TOP)

    button.click()

    expect(button).to_have_text("Show all (140 lines)")
    assert button.evaluate(TOP) == pytest.approx(place, abs=1)


def test_folding_keeps_what_is_at_the_bottom_in_sight(reader, writer):
    writer.sends_and_waits("One more")

    expect(reader.message("One more")).to_be_in_viewport(ratio=1)
    expect(reader.page.locator("[data-latest]")).to_be_hidden()


def test_a_message_of_twenty_lines_is_not_folded(alice, writer):
    writer.sends_and_waits("\n".join(f"row {number}" for number in range(22)))

    row = alice.messages.filter(has_text="row 21")
    expect(row).to_be_visible()
    expect(row.locator("[data-action=fold]")).to_be_hidden()
    assert height_of(row) > 22 * 20


def test_text_without_line_breaks_is_folded_only_on_narrow_screens(enter, writer):
    writer.sends_and_waits("word " * 300)

    wide, narrow = enter(), enter(**PHONE)

    expect(narrow.messages.locator("[data-action=fold]")).to_have_text(re.compile("Show all"))
    expect(wide.messages).to_have_count(1)
    expect(wide.messages.locator("[data-action=fold]")).to_be_hidden()
    wide.page.set_viewport_size(PHONE["viewport"])
    expect(wide.messages.locator("[data-action=fold]")).to_have_text(re.compile("Show all"))
    wide.page.set_viewport_size(DESKTOP["viewport"])
    expect(wide.messages.locator("[data-action=fold]")).to_be_hidden()


def test_a_link_unfolds_its_message(writer, enter, room):
    writer.sends_and_waits(LINES)

    reader = enter(f"{room}#1")

    expect(fold_button(reader)).to_have_text("Show less")
    assert height_of(long_message(reader)) > 140 * 20


def test_a_folded_message_unfolds_when_the_browser_scrolls_within_it(reader, writer):
    """Find-in-page, focus and selection scroll within the message in the same way."""
    writer.sends_and_waits(
        LINES.replace("line 97", "https://example.org/97").replace("139", "138 b")
    )
    link = reader.page.get_by_role("link", name="example.org/97")
    button = reader.messages.filter(has=link).locator("[data-action=fold]")
    expect(button).to_have_text("Show all (140 lines)")

    link.focus()

    expect(button).to_have_text("Show less")
    expect(link).to_be_in_viewport(ratio=1)


def test_copying_a_folded_message_copies_all_of_it(reader):
    body = long_message(reader).locator("[data-part=body]")

    body.evaluate("(body) => getSelection().selectAllChildren(body)")
    copied = reader.page.evaluate("getSelection().toString()")

    assert copied == LINES
