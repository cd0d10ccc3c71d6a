"""Unread messages, and the line where the last visit ended."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE, Person

NEW = "New since your last visit"


def line(person):
    return person.page.get_by_role("heading", name=NEW)


def after_the_line(person):
    """The first message below the line."""
    return person.page.locator("[data-new] + .message [data-part=body]")


def icon(person):
    return unquote(person.page.locator("link[rel=icon]").get_attribute("href"))


def test_title_and_icon_count_messages_that_arrive_while_the_page_is_hidden(alice, writer):
    title, plain_icon = alice.page.title(), icon(alice)
    alice.looks_away()

    writer.sends_and_waits("One")
    expect(alice.page).to_have_title(f"(1) {title}")
    writer.sends_and_waits("Two")

    expect(alice.page).to_have_title(f"(2) {title}")
    assert ">2</text>" in icon(alice)
    alice.looks_back()
    expect(alice.page).to_have_title(title)
    assert icon(alice) == plain_icon
    writer.sends_and_waits("Three")
    alice.sees("Three")
    expect(alice.page).to_have_title(title)


def test_more_than_99_unread_messages_are_shown_as_99_plus(alice, writer):
    alice.looks_away()

    writer.sends_many([f"Line {number}" for number in range(120)])

    expect(alice.page).to_have_title(re.compile(r"^\(99\+\) "))


def test_a_line_shows_where_the_last_visit_ended(alice, writer):
    writer.sends_and_waits("Seen")
    alice.sees("Seen")
    expect(line(alice)).to_have_count(0)
    path = alice.page.url
    alice.page.goto("about:blank")
    writer.sends_and_waits("Missed")
    writer.sends_and_waits("Missed too")

    alice.opens(path)

    expect(after_the_line(alice)).to_have_text("Missed")
    alice.sends_and_waits("Here I am")
    expect(line(alice)).to_have_count(0)
    alice.reloads()
    alice.sees("Here I am")
    expect(line(alice)).to_have_count(0)


def test_a_first_visit_and_own_messages_draw_no_line(alice, bob, enter):
    alice.sends_and_waits("Mine")
    other = alice.another_tab()
    alice.page.close()
    other.sends_and_waits("Also mine")

    carol = enter()
    other.reloads()

    for person in (carol, other):
        person.sees("Also mine")
        expect(line(person)).to_have_count(0)


def test_the_line_moves_to_where_the_reader_looked_away(alice, writer):
    writer.sends_and_waits("Seen")
    alice.sees("Seen")
    alice.looks_away()
    writer.sends_and_waits("Missed")
    writer.sends_and_waits("Missed too")

    alice.looks_back()

    expect(after_the_line(alice)).to_have_text("Missed")
    alice.looks_away()
    alice.looks_back()
    expect(after_the_line(alice)).to_have_text("Missed")


def test_messages_delivered_when_the_reader_returns_count_as_missed(carol_and_wire, writer):
    """A phone delivers nothing while another app is in front, and then everything together."""
    carol, wire = carol_and_wire
    writer.sends_and_waits("Seen")
    carol.sees("Seen")
    carol.looks_away()
    wire.cut()
    writer.sends_and_waits("Missed")
    writer.sends_and_waits("Missed too")

    carol.looks_back()
    wire.restore()

    expect(after_the_line(carol)).to_have_text("Missed")
    writer.sends_and_waits("Live")
    carol.sees("Live")
    expect(after_the_line(carol)).to_have_text("Missed")


def test_messages_that_were_not_scrolled_to_stay_new(alice, writer):
    writer.sends_many([f"Line {number}" for number in range(60)])
    alice.sees("Line 59")
    alice.message("Line 30").evaluate("element => element.scrollIntoView({block: 'start'})")
    expect(alice.page.locator("[data-latest]")).to_be_visible()
    writer.sends_and_waits("Below the fold")
    expect(alice.page.locator("[data-latest]")).to_have_text("1 new message")

    alice.reloads()

    expect(after_the_line(alice)).to_have_text("Below the fold")


@pytest.mark.screenshots
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_screenshots_of_the_line(new_context, shared_node, room, bob, shoot, scheme, device):
    reader = Person(new_context(base_url=shared_node.url, color_scheme=scheme, **device).new_page())
    bob.sends_and_waits("Who brings the cake?")
    reader.opens(room)
    reader.sees("Who brings the cake?")
    reader.looks_away()
    bob.sends_and_waits("And who eats it?")

    reader.looks_back()

    expect(line(reader)).to_be_visible()
    shoot(reader, f"{'phone' if device is PHONE else 'desktop'}-{scheme}-unread")
