"""Replies: the quote above them, the way to what they reply to, and notifications."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from testing.person import Person
from tests.browser.commands import command, post
from tests.browser.history import add_history
from tests.browser.wire import Wire

LONG_AGO = datetime(2025, 3, 1, 12)


@pytest.fixture
def ada(enter):
    ada = enter()
    ada.renames("Ada")
    expect(ada.page.locator("[data-name-shown]")).to_have_text("Ada")
    return ada


def name_of(text):
    return f"Reply to \u2068Ada\u2069: \u2068{text}\u2069"


def quote_in(person, text):
    return person.message(text).locator(".message__quote")


def test_a_reply_quotes_the_present_text_of_its_target_without_marks(ada, bob):
    seq = post(ada, "It was the **fuse**\nafter all")
    post(bob, "Which one?", reply_to=seq)
    quote = quote_in(bob, "Which one?")

    expect(quote).to_have_accessible_name(
        "Reply to \u2068Ada\u2069: \u2068It was the fuse after all\u2069"
    )
    expect(quote.locator(".message__quote-text")).to_have_text("It was the fuse after all")
    hue = ada.messages.first.get_attribute("data-hue")
    expect(quote).to_have_attribute("data-hue", hue)
    command(ada, "message.edit", seq=seq, body="It was the `bulb`")
    expect(quote).to_have_accessible_name(name_of("It was the bulb"))


def test_deleted_words_leave_quotes_names_and_what_is_read_aloud(ada, bob):
    seq = post(ada, "hunter2 is my password")
    post(bob, "Delete that!", reply_to=seq)
    expect(quote_in(ada, "Delete that!")).to_contain_text("hunter2")
    expect(quote_in(bob, "Delete that!")).to_contain_text("hunter2")
    bob.messages.first.focus()  # its accessible name has the text
    expect(bob.page.locator("[data-announcer]")).to_contain_text("hunter2")

    command(ada, "message.delete", seq=seq)

    for person in (ada, bob):
        quote = quote_in(person, "Delete that!")
        expect(quote.locator(".message__quote-text")).to_have_text("Message deleted")
        person.page.wait_for_function("!document.documentElement.innerHTML.includes('hunter2')")


def test_a_deleted_reply_keeps_no_words_of_what_it_quoted(ada, writer):
    seq = post(ada, "hunter2 is my password")
    post(ada, "Or not?")
    reply = post(writer, "Delete that!", reply_to=seq)
    expect(quote_in(ada, "Delete that!")).to_contain_text("hunter2")

    command(writer, "message.delete", seq=reply)
    ada.sees("Message deleted")
    command(ada, "message.delete", seq=seq)

    ada.sees_exactly(["Message deleted", "Or not?", "Message deleted"])
    ada.page.wait_for_function("!document.documentElement.innerHTML.includes('hunter2')")


def test_the_composer_says_what_it_replies_to_far_up_after_a_reload(enter, shared_node, room):
    add_history(
        shared_node,
        room,
        [(LONG_AGO + timedelta(minutes=n), "Grace", f"Entry {n}") for n in range(1, 301)],
    )
    bob = enter()
    bob.page.evaluate("location.hash = '#4'")
    bob.points_at("Entry 4")
    bob.page.get_by_role("button", name="Reply").click()
    line = bob.page.locator("[data-composer-doing]")
    expect(line).to_contain_text("Entry 4")

    bob.opens(room)

    expect(bob.message("Entry 300")).to_be_visible()
    expect(line).to_contain_text("Entry 4")


def test_a_click_on_a_quote_leads_to_the_message_and_back_to_the_reply(enter, shared_node, room):
    add_history(
        shared_node,
        room,
        [(LONG_AGO + timedelta(minutes=n), "Grace", f"Entry {n}") for n in range(1, 301)],
    )
    bob = enter()
    post(bob, "Still true", reply_to=4)
    quote = quote_in(bob, "Still true")
    expect(quote).to_contain_text("Entry 4")

    quote.click()

    expect(bob.page.locator(".message[data-linked] [data-part=body]")).to_have_text("Entry 4")
    expect(bob.message("Entry 4")).to_be_in_viewport()
    expect(bob.message("Entry 4")).to_be_focused()
    bob.page.go_back()
    expect(bob.page.locator(".message[data-linked] [data-part=body]")).to_have_text("Still true")
    expect(bob.message("Still true")).to_be_in_viewport()
    bob.page.keyboard.press("Tab")
    expect(quote_in(bob, "Still true")).to_be_focused()
    bob.page.keyboard.press("Enter")
    expect(bob.message("Entry 4")).to_be_in_viewport()


def test_replies_to_one_message_that_is_not_on_the_page_fetch_it_once(
    new_context, shared_node, room, enter
):
    add_history(
        shared_node,
        room,
        [(LONG_AGO + timedelta(minutes=n), "Grace", f"Entry {n}") for n in range(1, 101)],
    )
    writer = enter()
    for text in ("One", "Two", "Three"):
        post(writer, text, reply_to=4)
    context = new_context(base_url=shared_node.url)
    wire = Wire(context)
    visitor = Person(context.new_page()).opens(room)

    for text in ("One", "Two", "Three"):
        expect(quote_in(visitor, text)).to_contain_text("Entry 4")
    assert [frame["seqs"] for frame in wire.sent if frame["type"] == "messages.fetch"] == [[4]]


def test_a_quote_keeps_its_size_while_and_after_its_target_is_fetched(
    new_context, shared_node, room, enter
):
    add_history(
        shared_node,
        room,
        [(LONG_AGO + timedelta(minutes=n), "Grace", f"Entry {n} " * 9) for n in range(1, 101)],
    )
    writer = enter()
    post(writer, "OK", reply_to=4)
    post(writer, "Lost", reply_to=5)
    context = new_context(base_url=shared_node.url)
    wire = Wire(context)
    held = []
    wire.holds = lambda frame: frame["type"] == "messages.fetch" and not held.append(frame)
    visitor = Person(context.new_page()).opens(room)
    quotes = {text: quote_in(visitor, text) for text in ("OK", "Lost")}
    expect(quotes["OK"]).to_be_visible()
    expect(quotes["OK"]).to_have_accessible_name("Reply to a message")
    before = {text: visitor.message(text).bounding_box() for text in quotes}
    boxes = {text: quote.bounding_box() for text, quote in quotes.items()}

    [frame] = held
    wire.send(
        {
            "type": "ack",
            "reply_to": frame["id"],
            "more": False,
            "messages": [
                {
                    "seq": 4,
                    "changed_seq": 4,
                    "author_id": "grace",
                    "author_name": "Grace",
                    "client_message_id": "x",
                    "body": "Entry 4 " * 9,
                    "posted_at": "2025-03-01T12:04:00.000Z",
                }
            ],
        }
    )

    expect(quotes["OK"]).to_contain_text("Entry 4")
    expect(quotes["Lost"]).to_have_text("No longer kept")
    expect(quotes["Lost"]).not_to_have_attribute("href", "#5")
    assert {text: visitor.message(text).bounding_box() for text in quotes} == before
    assert {text: quote.bounding_box() for text, quote in quotes.items()} == boxes
