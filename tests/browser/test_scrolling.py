"""The scroll position in a long conversation."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

HISTORY = [f"Message {number}" for number in range(1, 181)]


@pytest.fixture
def writer(writer):
    writer.sends_many(HISTORY)
    return writer


@pytest.fixture
def reader(enter, writer):
    reader = enter()
    reader.sees(HISTORY[-1])
    return reader


def offset_of(person, text):
    """The distance from the top of the window to a message's text."""
    return round(person.page.get_by_text(text, exact=True).bounding_box()["y"])


def scroll_to(person, text):
    person.message(text).evaluate("element => element.scrollIntoView({block: 'start'})")


def at_bottom(person):
    return person.page.locator("[data-stream]").evaluate(
        "s => s.scrollHeight - s.clientHeight - s.scrollTop < 2"
    )


def test_a_page_opens_at_the_latest_message(reader):
    expect(reader.message(HISTORY[-1])).to_be_in_viewport()
    assert at_bottom(reader)
    assert reader.messages.count() < len(HISTORY)


def test_scrolling_up_reaches_the_first_message_without_a_jump(reader):
    top = HISTORY.index(reader.bodies.first.inner_text())
    while top > 0:
        scroll_to(reader, HISTORY[top])
        before = offset_of(reader, HISTORY[top])

        expect(reader.message(HISTORY[top - 1])).to_be_attached()

        assert abs(offset_of(reader, HISTORY[top]) - before) <= 1
        top = HISTORY.index(reader.bodies.first.inner_text())

    expect(reader.bodies).to_have_text(HISTORY)
    expect(reader.page.locator("[data-beginning]")).to_be_attached()
    expect(reader.page.locator("[data-older]")).to_be_hidden()


def test_a_reader_at_the_bottom_stays_there(reader, writer):
    for number in range(5):
        writer.sends_and_waits(f"New {number}")

    expect(reader.message("New 4")).to_be_in_viewport()
    assert at_bottom(reader)
    expect(reader.page.locator("[data-latest]")).to_be_hidden()


def test_a_reader_of_older_messages_stays_there_and_sees_the_number_of_new_ones(reader, writer):
    scroll_to(reader, HISTORY[-30])
    button = reader.page.locator("[data-latest]")
    expect(button).to_have_text("Latest messages")
    before = offset_of(reader, HISTORY[-30])

    writer.sends_and_waits("New 1")
    expect(button).to_have_text("1 new message")
    writer.sends_and_waits("New 2")
    expect(button).to_have_text("2 new messages")

    assert offset_of(reader, HISTORY[-30]) == before
    button.click()
    expect(reader.message("New 2")).to_be_in_viewport()
    expect(button).to_be_hidden()


def test_a_page_that_stays_open_keeps_a_limited_number_of_messages(reader, writer):
    writer.sends_many([f"More {number}" for number in range(500)])

    reader.sees("More 499")
    assert reader.messages.count() <= 400
    oldest = reader.bodies.first.inner_text()
    scroll_to(reader, oldest)
    expect(reader.bodies.first).not_to_have_text(oldest)


def test_sending_a_message_scrolls_to_the_bottom(reader):
    scroll_to(reader, HISTORY[-30])

    reader.sends_and_waits("Here I am")

    expect(reader.message("Here I am")).to_be_in_viewport()


def test_a_window_that_shrinks_keeps_the_bottom_in_sight(reader):
    reader.page.set_viewport_size({"width": 700, "height": 400})

    expect(reader.message(HISTORY[-1])).to_be_in_viewport()
    expect(reader.page.locator("[data-latest]")).to_be_hidden()
