"""Nothing typed is lost, and nothing is posted twice."""

from __future__ import annotations

from playwright.sync_api import expect

from testing.person import Person


def test_a_message_written_offline_survives_a_reload_and_is_sent_once(carol_and_wire, alice):
    carol, wire = carol_and_wire
    wire.cut()
    carol.loses_the_connection()
    carol.sends("First")
    carol.sends("Second")

    carol.page.reload()
    expect(carol.message("First")).to_have_attribute("data-state", "waiting")
    expect(carol.message("Second")).to_have_attribute("data-state", "waiting")
    wire.restore()

    alice.sees_exactly(["First", "Second"])
    carol.sees_exactly(["First", "Second"])
    assert [post["body"] for post in wire.posted] == ["First", "Second"]
    carol.reloads()
    carol.sees_exactly(["First", "Second"])


def test_a_message_of_a_closed_tab_is_sent_by_the_next_one(carol_and_wire, alice):
    carol, wire = carol_and_wire
    wire.cut()
    carol.loses_the_connection()
    carol.sends("Left behind")
    carol.sees("Left behind")
    context, address = carol.page.context, carol.page.url
    carol.page.close()
    wire.restore()

    again = Person(context.new_page()).opens(address)

    again.sees_exactly(["Left behind"])
    alice.sees_exactly(["Left behind"])


def test_two_tabs_of_a_browser_show_and_send_a_message_once(carol_and_wire, alice):
    carol, wire = carol_and_wire
    tab = carol.another_tab()
    for number in range(4):
        (carol if number % 2 else tab).sends_and_waits(f"Message {number}")
        carol.sees(f"Message {number}")

    texts = [f"Message {number}" for number in range(4)]
    carol.sees_exactly(texts)
    tab.sees_exactly(texts)
    alice.sees_exactly(texts)
    assert len(wire.posted) == 4


def test_a_message_refused_with_a_time_to_retry_is_sent_again(carol_and_wire, alice):
    carol, wire = carol_and_wire
    wire.refuse = lambda post: {"code": "busy", "detail": "Busy.", "retry_in_ms": 1}
    carol.sends("Once only")
    expect(carol.message("Once only")).to_have_attribute("data-state", "waiting")
    wire.refuse = lambda post: None

    carol.sees_exactly(["Once only"])
    alice.sees_exactly(["Once only"])
    assert len({post["client_message_id"] for post in wire.posted}) == 1


def test_a_lost_ack_neither_posts_nor_shows_a_message_twice(carol_and_wire, alice):
    carol, wire = carol_and_wire
    wire.loses_replies = True
    carol.sends("Once only")
    alice.sees("Once only")
    alice.sends_many([f"Later {number}" for number in range(80)])
    address = carol.page.url
    # Replies stay lost until this page is gone. Otherwise the first frame that gets through shows
    # it a gap, and it reconnects and sends the message again before the reload.
    carol.page.goto("about:blank")
    before = len(wire.posted)  # more than one if 10 s have passed
    wire.loses_replies = False

    carol.page.goto(address)

    carol.sees("Later 79")
    expect(carol.page.locator(".message[data-state=waiting]")).to_have_count(0)
    assert len(wire.posted) > before, "it was not sent again"
    assert len({post["client_message_id"] for post in wire.posted}) == 1
    expect(carol.message("Once only")).to_have_count(0)  # it is further up
    expect(alice.message("Once only")).to_have_count(1)


def test_a_message_that_is_retried_is_not_overtaken(carol_and_wire):
    carol, wire = carol_and_wire
    refusals = iter([{"code": "too_fast", "detail": "Too fast.", "retry_in_ms": 300}])
    wire.refuse = lambda post: next(refusals, None)

    carol.sends("One")
    carol.sends("Two")

    carol.sees_exactly(["One", "Two"])
    assert [post["body"] for post in wire.posted] == ["One", "One", "Two"]


def test_a_refused_message_shows_the_reason_and_does_not_block_the_next_one(carol_and_wire):
    carol, wire = carol_and_wire
    refusal = {"code": "bad_frame", "detail": "Not like this.", "retry_in_ms": None}
    wire.refuse = lambda post: refusal if post["body"] == "Hm" else None

    carol.sends("Hm")
    carol.sends_and_waits("Fine")

    refused = carol.message("Hm")
    expect(refused).to_have_attribute("data-state", "refused")
    expect(refused).to_contain_text("Not like this.")
    carol.reloads()
    expect(refused).to_contain_text("Not like this.")
    wire.refuse = lambda post: None
    refused.get_by_role("button", name="Try again").click()
    carol.sees_exactly(["Fine", "Hm"])


def test_a_refused_message_can_be_discarded(carol_and_wire):
    carol, wire = carol_and_wire
    wire.refuse = lambda post: {"code": "bad_frame", "detail": "No.", "retry_in_ms": None}
    carol.sends("Hm")

    carol.message("Hm").get_by_role("button", name="Discard").click()

    expect(carol.messages).to_have_count(0)
    carol.reloads()
    expect(carol.messages).to_have_count(0)


def test_a_draft_survives_a_reload_and_is_removed_when_it_is_sent(alice):
    alice.writes("Half a thou")
    alice.reloads()
    expect(alice.field).to_have_value("Half a thou")

    alice.sends_and_waits("A thought")
    alice.reloads()

    expect(alice.field).to_have_value("")
