"""Notifications of replies, and of messages that are changed afterwards."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.waiting import wait_until
from tests.browser.commands import command, post
from tests.browser.notified import WORLD, Reader, heading
from tests.browser.wire import Wire


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
def writer(writer):
    writer.renames("Bob")
    return writer


def test_a_reply_to_the_reader_notifies_like_a_mention_and_its_edit_does_not(reader, writer, room):
    mine = post(reader, "Lunch?")
    theirs = post(writer, "Where?")
    reader.chooses("Mentions of me")
    reader.looks_away()

    post(writer, "Answering myself", reply_to=theirs)
    seq = post(writer, "At noon", reply_to=mine)

    reader.is_notified_of([heading(reader, "Bob in {room}: At noon")])
    command(writer, "message.edit", seq=seq, body="At one")
    reader.sees("At one")
    post(writer, "Hurry", reply_to=mine)
    wait_until(lambda: len(reader.has("shown")) == 2)
    reader.is_notified_of(
        [
            heading(reader, "Bob in {room}: At noon"),
            heading(reader, "2 new messages in {room}: Bob: Hurry"),
        ]
    )
    expect(reader.message("Hurry")).to_have_attribute("data-replies-to-me", "")


def test_a_notification_waits_until_it_is_known_whose_message_a_reply_replies_to(
    new_context, shared_node, room, writer
):
    context = new_context(base_url=shared_node.url)
    context.add_init_script(WORLD)
    wire = Wire(context)
    reader = Reader(context.new_page()).opens(room)
    reader.renames("Alice")
    expect(reader.page.locator("[data-name-shown]")).to_have_text("Alice")
    reader.chooses("Mentions of me")
    mine = post(reader, "Lunch?")
    writer.sends_many([f"Number {number}" for number in range(120)])
    held = []
    wire.holds = lambda frame: frame["type"] == "messages.fetch" and not held.append(frame)
    reader.page.clock.install()
    reader.reloads()
    expect(reader.message("Lunch?")).to_have_count(0)
    reader.page.evaluate("window.permission = 'granted'")
    reader.looks_away()

    post(writer, "At noon", reply_to=mine)
    post(writer, "@Alice, hurry")
    reader.sees("@Alice, hurry")
    wait_until(lambda: held)
    reader.page.clock.fast_forward(5_000)
    assert reader.has("shown") == []

    wire.holds = lambda frame: False
    [frame] = held
    target = command(reader, "messages.fetch", seqs=frame["seqs"])
    wire.send(target | {"reply_to": frame["id"]})
    expect(reader.message("At noon")).to_have_attribute("data-replies-to-me", "")
    reader.page.clock.fast_forward(5_000)
    reader.is_notified_of([heading(reader, "2 new messages in {room}: Bob: @Alice, hurry")])


def test_a_notification_of_a_message_that_is_deleted_is_closed(reader, writer):
    reader.chooses("Every message")
    reader.looks_away()
    seq = post(writer, "hunter2")
    reader.is_notified_of([heading(reader, "Bob in {room}: hunter2")])
    assert not reader.has("shown.at(-1).closed")

    command(writer, "message.delete", seq=seq)

    wait_until(lambda: reader.has("shown.at(-1).closed"))
    announced = reader.page.locator("[data-announcer]")
    expect(announced).to_have_text("")
    other = post(writer, "Harmless")
    wait_until(lambda: reader.has("shown.at(-1).body").endswith("Harmless"))
    command(writer, "message.edit", seq=other, body="Still harmless")
    reader.sees("Still harmless")
    assert not reader.has("shown.at(-1).closed")


def test_a_message_that_is_deleted_before_its_notification_is_not_counted(reader, writer):
    reader.chooses("Every message")
    reader.page.clock.install()
    reader.reloads()
    reader.page.evaluate("window.permission = 'granted'")
    reader.looks_away()
    post(writer, "First")
    reader.is_notified_of([heading(reader, "Bob in {room}: First")])
    reader.page.clock.pause_at(reader.page.evaluate("Date.now() + 100"))

    command(writer, "message.delete", seq=post(writer, "hunter2"))
    post(writer, "Last")
    wait_until(lambda: reader.page.title().startswith("(3)"))  # all have arrived
    reader.page.clock.fast_forward(10_000)

    reader.is_notified_of(
        [
            heading(reader, "Bob in {room}: First"),
            heading(reader, "2 new messages in {room}: Bob: Last"),
        ]
    )
