"""Notifications of replies, and of messages that are changed afterwards."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.waiting import wait_until
from tests.browser.commands import command, post
from tests.browser.notified import SHOWN, WORLD, Reader, heading


@pytest.fixture
def reader(new_context, shared_node, room):
    """A reader with the name Alice."""
    context = new_context(base_url=shared_node.url)
    context.add_init_script(WORLD)
    reader = Reader(context.new_page()).opens(room)
    reader.renames("Alice")
    expect(reader.page.locator("[data-name-shown]")).to_have_text("Alice")
    return reader


@pytest.fixture
def bob(enter):
    bob = enter()
    bob.renames("Bob")
    expect(bob.page.locator("[data-name-shown]")).to_have_text("Bob")
    return bob


def test_a_reply_to_the_reader_notifies_like_a_mention_and_its_edit_does_not(reader, bob, room):
    mine = post(reader, "Lunch?")
    theirs = post(bob, "Where?")
    reader.chooses("Mentions of me")
    reader.looks_away()

    post(bob, "Answering myself", reply_to=theirs)
    seq = post(bob, "At noon", reply_to=mine)

    reader.is_notified_of([heading(reader, "Bob in {room}: At noon")])
    command(bob, "message.edit", seq=seq, body="At one")
    reader.sees("At one")
    post(bob, "Hurry", reply_to=mine)
    wait_until(lambda: len(reader.has("shown")) == 2)
    reader.is_notified_of(
        [
            heading(reader, "Bob in {room}: At noon"),
            heading(reader, "2 new messages in {room}: Bob: Hurry"),
        ]
    )
    expect(reader.message("Hurry")).to_have_attribute("data-replies-to-me", "")


def test_a_reply_to_a_message_of_the_reader_that_is_not_on_the_page_notifies(reader, bob):
    mine = post(reader, "Lunch?")
    bob.sends_many([f"Number {number}" for number in range(120)])
    reader.reloads()
    expect(reader.message("Lunch?")).to_have_count(0)
    reader.chooses("Mentions of me")
    reader.page.evaluate("window.permission = 'granted'")
    reader.looks_away()

    post(bob, "At noon", reply_to=mine)

    reader.is_notified_of([heading(reader, "Bob in {room}: At noon")])


def test_a_notification_of_a_message_that_is_deleted_is_closed(reader, bob):
    reader.chooses("Every message")
    reader.looks_away()
    seq = post(bob, "hunter2")
    reader.is_notified_of([heading(reader, "Bob in {room}: hunter2")])
    assert not reader.has("shown.at(-1).closed")

    command(bob, "message.delete", seq=seq)

    wait_until(lambda: reader.has("shown.at(-1).closed"))
    announced = reader.page.locator("[data-announcer]")
    expect(announced).to_have_text("")
    other = post(bob, "Harmless")
    wait_until(lambda: reader.has("shown.at(-1).body").endswith("Harmless"))
    command(bob, "message.edit", seq=other, body="Still harmless")
    reader.sees("Still harmless")
    assert not reader.has("shown.at(-1).closed")


def test_a_message_that_is_deleted_before_its_notification_is_not_shown(reader, bob):
    reader.chooses("Every message")
    reader.looks_away()
    post(bob, "First")
    reader.is_notified_of([heading(reader, "Bob in {room}: First")])

    gone = post(bob, "hunter2")  # gathered with what follows, for some seconds
    command(bob, "message.delete", seq=gone)
    post(bob, "Last")

    wait_until(lambda: reader.has("shown.at(-1).body").endswith("Last"))
    assert "hunter2" not in str(reader.page.evaluate(SHOWN))
