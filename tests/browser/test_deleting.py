"""Deleting one's messages, and what remains of them on the page."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.test_keyboard import focused
from tests.browser.test_message_actions import announced, menu, selects

REFUSED = {"code": "not_yours", "detail": "Only its author can change this.", "retry_in_ms": None}


def question(person):
    return person.page.get_by_role("dialog", name="Delete this message?")


def test_deleting_asks_once_and_leaves_a_line(alice, bob):
    alice.sends_and_waits("One")
    alice.sends_and_waits("Two")
    alice.sends_and_waits("Three")
    bob.sees("Three")
    selects(alice, "Two")

    alice.page.keyboard.press("Delete")
    expect(question(alice)).to_contain_text("Two")
    assert focused(question(alice).get_by_role("button", name="Delete"))
    alice.page.keyboard.press("Escape")
    alice.sees("Two")
    assert focused(alice.message("Two"))
    alice.page.keyboard.press("Backspace")
    alice.page.keyboard.press("Enter")

    for person in (alice, bob):
        person.sees_exactly(["One", "Message deleted", "Three"])
        deleted = person.messages.nth(1)
        expect(deleted).to_have_attribute("data-seq", "2")
        expect(deleted).not_to_have_attribute("data-pending", "")
        expect(deleted.locator(".message__body")).to_have_css("font-style", "italic")
        assert "Two" not in person.page.locator("[data-stream]").inner_html()
    expect(announced(alice)).to_have_text("Message deleted")
    assert focused(alice.messages.nth(1))
    alice.page.keyboard.press("Delete")
    expect(question(alice)).to_have_count(0)
    alice.opens_the_menu_of("Message deleted")
    items = [item for item in menu(alice).get_by_role("menuitem").all() if item.is_visible()]
    assert [item.inner_text() for item in items] == ["Copy link"]


def test_an_enter_that_is_held_down_does_not_answer_the_question(alice):
    alice.sends_and_waits("One")
    alice.field.press("ArrowUp")
    expect(alice.field).to_have_value("One")
    alice.writes("")
    alice.page.keyboard.down("Enter")
    expect(question(alice)).to_contain_text("One")

    alice.page.keyboard.down("Enter")  # the same key: it repeats

    expect(question(alice)).to_be_visible()
    alice.page.keyboard.up("Enter")
    alice.page.keyboard.press("Enter")
    alice.sees("Message deleted")


def test_deleted_messages_in_a_row_are_one_line(alice, bob):
    alice.renames("Alice")
    bob.renames("Bob")
    for text in ("One", "Two"):
        alice.sends_and_waits(text)
    bob.sends_and_waits("Three")
    alice.sends_and_waits("Four")

    alice.deletes("One")
    alice.sees("Message deleted")
    expect(bob.messages.first).to_have_attribute("data-introduced", "")
    alice.deletes("Two")
    bob.sees("2 messages deleted")
    expect(bob.messages.first.locator("[data-part=author]")).to_have_text("Alice")
    bob.deletes("Three")

    for person in (alice, bob):
        person.sees("3 messages deleted")
        expect(person.bodies).to_have_text(["3 messages deleted", "Four"])
        expect(person.messages.first.locator("[data-part=author]")).to_have_text("")
        expect(person.messages.first).not_to_have_attribute("data-mine", "")
        expect(person.messages.nth(1)).to_have_attribute("data-introduced", "")
    alice.page.evaluate("location.hash = '#3'")
    expect(alice.page.locator("[data-linked] .message__body")).to_have_text("3 messages deleted")
    assert focused(alice.messages.first)


def test_the_actions_leave_with_a_message_that_is_pointed_at(alice, bob):
    alice.sends_and_waits("One")
    alice.sends_and_waits("Two")
    errors = []
    bob.page.on("pageerror", lambda error: errors.append(error))
    bob.points_at("Two")

    alice.deletes("One")
    alice.sees("Message deleted")
    alice.deletes("Two")

    bob.sees_exactly(["2 messages deleted"])
    assert errors == []


def test_a_deletion_waits_for_the_connection_and_looks_like_it(carol_and_wire, alice):
    carol, wire = carol_and_wire
    carol.sends_and_waits("Secret")
    alice.sees("Secret")
    wire.cut()
    carol.loses_the_connection()

    carol.deletes("Secret")

    expect(carol.message("Message deleted")).to_have_attribute("data-pending", "")
    expect(carol.message("Message deleted").locator(".message__waiting")).to_be_visible()
    alice.sees("Secret")
    wire.restore()
    alice.sees("Message deleted")
    expect(carol.message("Message deleted")).not_to_have_attribute("data-pending", "")


def test_a_refused_deletion_brings_the_message_back_with_the_reason(carol_and_wire):
    carol, wire = carol_and_wire
    wire.refuse_delete = lambda deletion: REFUSED
    carol.sends_and_waits("Still here")
    carol.sends_and_waits("And this")

    carol.deletes("Still here")

    refusal = carol.message("Still here").get_by_role("status")
    expect(refusal).to_contain_text("Not deleted: Only its author")
    expect(refusal.get_by_role("button", name="Edit again")).to_be_hidden()
    carol.sees_exactly(["Still here", "And this"])
    refusal.get_by_role("button", name="Dismiss").click()
    expect(refusal).to_be_hidden()


def test_an_unsent_message_is_discarded_after_the_same_question(carol_and_wire, alice):
    carol, wire = carol_and_wire
    wire.cut()
    carol.loses_the_connection()
    carol.sends("Never")
    carol.sees("Never")

    carol.deletes("Never")

    expect(carol.messages).to_have_count(0)
    wire.restore()
    carol.connects()
    carol.sends_and_waits("Later")
    alice.sees_exactly(["Later"])


def test_a_message_that_is_deleted_elsewhere_ends_its_edit(alice):
    alice.sends_and_waits("Mine")
    other = alice.another_tab()
    alice.writes("A draft")
    alice.opens_the_menu_of("Mine")
    menu(alice).get_by_role("menuitem", name="Edit").click()
    expect(alice.field).to_have_value("Mine")

    other.deletes("Mine")

    expect(alice.field).to_have_value("A draft")
    expect(alice.page.locator("[data-composer-doing]")).to_be_hidden()
