"""The pill with the day of older messages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

HISTORY = [f"Message {number}" for number in range(1, 61)]


@pytest.fixture
def reader(enter):
    enter().sends_many(HISTORY)
    reader = enter()
    reader.sees(HISTORY[-1])
    return reader


def pill(person):
    return person.page.locator("[data-day-pill]")


def scroll_to(person, top):
    person.page.locator("[data-stream]").evaluate("(stream, top) => stream.scrollTop = top", top)


def test_the_day_stays_visible_while_older_messages_are_read(reader):
    expect(pill(reader)).to_be_hidden()

    scroll_to(reader, 300)

    expect(pill(reader)).to_be_visible()
    expect(pill(reader)).to_have_text(re.compile("Today"))
    expect(reader.messages).to_have_count(len(HISTORY))  # adding older ones moves the place
    scroll_to(reader, 0)
    expect(pill(reader)).to_be_hidden()  # the day's own heading is there
    scroll_to(reader, 300)
    expect(pill(reader)).to_be_visible()
    scroll_to(reader, 1_000_000)
    expect(pill(reader)).to_be_hidden()


def test_a_click_on_the_day_opens_the_date_dialog(reader):
    scroll_to(reader, 300)

    reader.page.get_by_role("button", name="Today Go to a date").click()

    expect(reader.page.get_by_role("dialog", name="Go to a date")).to_be_visible()


def test_the_day_is_not_announced(reader):
    scroll_to(reader, 300)
    expect(pill(reader)).to_be_visible()

    live = "element => element.closest('[aria-live]:not([aria-live=off]), [role=status]')"
    assert pill(reader).evaluate(f"(element) => ({live})(element) === null")
