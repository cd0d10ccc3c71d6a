"""Losing and resuming the connection, and what the status line shows meanwhile."""

from __future__ import annotations

import re
import time

from playwright.sync_api import expect

from testing import processes
from testing.person import Person
from tests.browser.test_unread import after_the_line, line
from tests.browser.wire import Wire


def test_a_server_that_crashes_and_restarts_interrupts_nobody(node, enter):
    alice, bob = enter(node=node), enter(node=node)
    alice.sends_and_waits("Before")
    bob.sees("Before")

    node.kill()
    alice.loses_the_connection()
    alice.sends("Alice, while it was down")
    alice.sends("Alice again")
    bob.loses_the_connection()
    expect(alice.message("Alice again")).to_have_attribute("data-state", "waiting")
    node.start()

    alice.connects()
    bob.connects()
    spoken = ["Before", "Alice, while it was down", "Alice again"]
    alice.sees_exactly(spoken)
    bob.sees_exactly(spoken)


def test_a_server_that_is_restarted_interrupts_nobody(node, enter):
    alice, bob = enter(node=node), enter(node=node)
    alice.sends_and_waits("Before")

    node.restart()
    alice.sends("After")

    bob.sees_exactly(["Before", "After"])
    alice.sees_exactly(["Before", "After"])


def test_a_replaced_log_is_loaded_again(node, enter):
    alice = enter(node=node)
    alice.sends_and_waits("Of the old log")

    node.kill()
    for file in node.data_dir.glob("chat.sqlite3*"):
        file.unlink()
    node.start()

    alice.connects()
    expect(alice.status).to_contain_text("restored")
    alice.sends_and_waits("Of the new log")
    alice.sees_exactly(["Of the new log"])


def test_the_status_line_shows_the_state_of_the_connection(node, enter):
    alice = enter(node=node)
    node.kill()
    alice.loses_the_connection()
    expect(alice.status).to_contain_text("Retrying")
    node.start()

    alice.page.evaluate("dispatchEvent(new Event('online'))")

    alice.connects()
    expect(alice.status).to_contain_text("Only you are here")


def test_a_reader_who_does_not_want_to_wait_reconnects_with_a_click(carol_and_wire):
    carol, wire = carol_and_wire
    carol.page.clock.install()
    carol.reloads()
    now = carol.page.get_by_role("button", name="Retry now")
    bar = carol.page.locator(".bar").bounding_box()
    wire.cut()
    expect(now).to_be_visible()
    carol.page.clock.pause_at(time.time() + 60)  # no timer fires from here on
    expect(now).to_be_visible()

    wire.restore()
    with carol.page.expect_websocket():
        now.press("Enter")

    carol.page.clock.resume()
    carol.connects()
    assert carol.page.locator(".bar").bounding_box() == bar
    expect(carol.page.get_by_role("log")).to_be_focused()


def test_missed_messages_arrive_in_order(carol_and_wire, writer):
    carol, wire = carol_and_wire
    writer.sends_and_waits("Before")
    carol.sees("Before")
    texts = [f"Missed {number}" for number in range(8)]

    wire.cut()
    carol.loses_the_connection()
    for text in texts:
        writer.sends_and_waits(text)
    wire.restore()

    carol.sees_exactly(["Before", *texts])
    expect(line(carol)).to_have_count(0)  # she was away only briefly


def test_a_close_code_that_forbids_reconnecting_is_obeyed(carol_and_wire):
    carol, wire = carol_and_wire

    wire.cut(code=4503)

    expect(carol.page.locator("[data-chat]")).to_have_attribute("data-connection", "stopped")
    expect(carol.status).to_contain_text("its own address")
    carol.sends("Kept anyway")
    expect(carol.message("Kept anyway")).to_have_attribute("data-state", "waiting")


def test_a_silently_dead_connection_is_noticed(new_context, node):
    carol = Person(new_context(base_url=node.url).new_page())
    carol.page.clock.install()
    carol.opens("/")
    node.pause()
    carol.sends("Anybody?")

    carol.page.clock.fast_forward(11_000)
    carol.loses_the_connection()
    node.resume()
    carol.page.clock.fast_forward(11_000)

    carol.connects()
    carol.sees_exactly(["Anybody?"])


def test_after_sleep_a_dead_connection_is_noticed_immediately(node, enter):
    alice = enter(node=node)
    node.pause()

    alice.page.evaluate("dispatchEvent(new Event('online'))")

    alice.loses_the_connection()
    node.resume()
    alice.connects()


def test_after_sleep_the_page_reconnects_within_a_second_of_the_network(carol_and_wire, alice):
    carol, wire = carol_and_wire
    alice.sends_and_waits("Before")
    carol.sees("Before")
    wire.stall()
    for text in ("Missed", "Missed too"):
        alice.sends_and_waits(text)
    carol.page.clock.install()
    carol.page.clock.pause_at(time.time() + 3600)
    carol.sends("Typed meanwhile")

    wire.restore()
    carol.page.evaluate("dispatchEvent(new Event('online'))")
    carol.page.clock.run_for(1_000)  # of the page's clock, not the machine's
    alice.sees("Typed meanwhile")  # so carol has reconnected
    carol.page.clock.resume()  # frames may arrive later on a busy machine; painting needs the clock

    carol.sees_exactly(["Before", "Missed", "Missed too", "Typed meanwhile"])


def test_messages_that_arrived_during_sleep_are_new(carol_and_wire, writer):
    carol, wire = carol_and_wire
    writer.sends_and_waits("Before")
    carol.page.clock.install()
    carol.reloads()
    carol.sees("Before")
    wire.stall()
    carol.page.clock.pause_at(time.time() + 3600)
    for text in ("Missed", "Missed too"):
        writer.sends_and_waits(text)

    wire.restore()
    carol.page.clock.run_for(2_000)  # no event reports the network: the clock has jumped
    carol.page.clock.resume()

    expect(after_the_line(carol)).to_have_text("Missed")
    carol.reloads()
    carol.sees("Missed too")
    expect(line(carol)).to_have_count(0)  # they were visible


def test_a_reader_that_missed_more_than_is_replayed_can_jump_to_the_first_missed_message(
    carol_and_wire, writer
):
    carol, wire = carol_and_wire
    writer.sends_and_waits("Before")
    carol.sees("Before")
    wire.cut()
    carol.loses_the_connection()
    writer.sends_many([f"Line {number}" for number in range(1, 1_102)])

    wire.restore()

    carol.connects().sees("Line 1101")
    expect(carol.status).to_contain_text("You missed a lot")
    bar = carol.page.get_by_role("button", name="More than 1,000 new since")
    bar.click()
    expect(carol.message("Line 1")).to_be_in_viewport()
    expect(line(carol)).to_be_in_viewport()


def test_a_hundred_messages_missed_around_a_restart_come_in_order(new_context, enter, room):
    texts = [f"Missed {number}" for number in range(100)]
    with processes.chat_node(MESSAGE_RATE=0) as node:
        context = new_context(base_url=node.url)
        wire = Wire(context)
        alice, carol = enter(node=node), Person(context.new_page()).opens(room)
        alice.sends_and_waits("Before")
        carol.sees("Before")
        wire.cut()
        carol.loses_the_connection()
        alice.sends_many(texts)

        node.restart()
        wire.restore()

        carol.connects()
        carol.sees_exactly(["Before", *texts])
        alice.sees_exactly(["Before", *texts])


def test_a_server_that_is_going_away_is_shown_as_restarting(carol_and_wire):
    carol, wire = carol_and_wire

    wire.send({"type": "going_away", "retry_in_ms": 60_000})

    expect(carol.status).to_contain_text(
        re.compile(r"The server is restarting. Reconnecting\s+in \d+ s")
    )
    carol.sends_and_waits("It still takes what I say")


def test_the_status_line_reports_that_the_browser_is_offline(carol_and_wire):
    carol, wire = carol_and_wire
    carol.page.context.set_offline(True)
    wire.cut()

    expect(carol.status).to_contain_text(re.compile("offline"))
    carol.page.context.set_offline(False)
    wire.restore()
    carol.connects()
