"""Editing one's messages, and replying, in the composer."""

from __future__ import annotations

from playwright.sync_api import expect

from testing.person import PHONE
from tests.browser.test_message_actions import announced, menu, selects

TOO_LATE = {"code": "too_late", "detail": "It is too late to edit this message."}


def line(person):
    """What the composer says about the text in it."""
    return person.page.locator("[data-composer-doing]")


def test_everybody_sees_an_edit_and_when_it_was_made(alice, bob):
    alice.sends_and_waits("Hello wrold")
    bob.sees("Hello wrold")

    alice.edits("Hello wrold", "Hello world")

    for person in (alice, bob):
        person.sees("Hello world")
        edited = person.message("Hello world").get_by_text("edited", exact=True)
        expect(edited).to_be_visible()
        assert "Edited" in edited.get_attribute("title")
    expect(announced(alice)).to_have_text("Edited")
    expect(alice.page.locator("[data-messages] .message[data-pending]")).to_have_count(0)
    expect(line(alice)).to_be_hidden()
    expect(bob.page.locator(".message")).to_have_count(1)
    selects(bob, "Hello world")
    assert "edited" in bob.message("Hello world").get_attribute("aria-label")


def test_arrow_up_in_the_empty_field_edits_the_last_message(alice, writer):
    alice.sends_and_waits("Mine *as typed*".replace("*", "'"))
    writer.sends_and_waits("Theirs")
    alice.sees("Theirs")

    alice.field.press("ArrowUp")

    expect(alice.field).to_have_value("Mine 'as typed'")
    expect(line(alice)).to_have_text("Editing. Esc cancels")
    expect(alice.page.get_by_role("button", name="Save")).to_be_visible()
    alice.field.press("Escape")
    expect(alice.field).to_have_value("")
    expect(line(alice)).to_be_hidden()
    expect(alice.page.get_by_role("button", name="Send")).to_be_visible()
    expect(alice.field).to_be_focused()
    alice.writes("Something else")
    alice.field.press("ArrowUp")
    expect(alice.field).to_have_value("Something else")


def test_the_draft_of_a_new_message_returns_after_an_edit(alice, bob):
    alice.sends_and_waits("One")
    alice.writes("A draft")

    alice.edits("One", "Two")

    expect(alice.field).to_have_value("A draft")
    bob.sees("Two")
    alice.opens_the_menu_of("Two")
    menu(alice).get_by_role("menuitem", name="Edit").click()
    expect(alice.field).to_have_value("Two")
    alice.writes("Not saved yet")
    alice.reloads()
    expect(line(alice)).to_contain_text("Editing")
    expect(alice.field).to_have_value("Not saved yet")
    alice.field.press("Escape")
    expect(alice.field).to_have_value("A draft")
    alice.sees("Two")
    alice.reloads()
    expect(alice.field).to_have_value("A draft")
    expect(line(alice)).to_be_hidden()


def test_an_unchanged_text_just_ends_the_edit(alice):
    alice.sends_and_waits("One")

    alice.edits("One", "  One ")

    expect(alice.field).to_have_value("")
    expect(line(alice)).to_be_hidden()
    alice.sends_and_waits("Two")
    expect(alice.message("One").get_by_text("edited", exact=True)).to_be_hidden()
    expect(announced(alice)).not_to_have_text("Edited")


def test_an_edit_without_text_offers_to_delete(alice):
    alice.sends_and_waits("One")
    question = alice.page.get_by_role("dialog", name="Delete this message?")

    alice.edits("One", "")
    expect(question).to_contain_text("One")
    question.get_by_role("button", name="Cancel").click()
    expect(line(alice)).to_have_text("Editing. Esc cancels")
    alice.field.press("Enter")
    question.get_by_role("button", name="Delete").click()

    alice.sees("Message deleted")
    expect(line(alice)).to_be_hidden()


def test_an_edit_of_a_message_far_up_scrolls_nothing_away(alice):
    alice.sends_many([f"Line {number}" for number in range(30)])
    alice.sends_and_waits("Mine")
    alice.sends_many([f"More {number}" for number in range(40)])
    alice.sees("More 39")
    alice.message("Mine").scroll_into_view_if_needed()

    alice.edits("Mine", "Mine, edited")

    expect(alice.message("Mine, edited")).to_be_in_viewport()
    expect(alice.message("More 39")).not_to_be_in_viewport()


def test_an_unsent_message_is_edited_where_it_waits(carol_and_wire, alice):
    carol, wire = carol_and_wire
    wire.cut()
    carol.loses_the_connection()
    carol.sends("Helo")
    carol.sees("Helo")

    carol.edits("Helo", "Hello")
    carol.sees("Hello")
    wire.restore()

    alice.sees("Hello")
    expect(carol.message("Hello")).to_have_attribute("data-state", "sent")
    expect(alice.message("Hello").get_by_text("edited", exact=True)).to_be_hidden()


def test_an_unsent_message_whose_text_was_removed_is_discarded_and_its_edit_ends(
    carol_and_wire, alice
):
    carol, wire = carol_and_wire
    wire.cut()
    carol.loses_the_connection()
    carol.sends("Helo")
    carol.sees("Helo")

    carol.edits("Helo", "")
    carol.page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    expect(carol.messages).to_have_count(0)
    expect(line(carol)).to_be_hidden()
    carol.sends("Something else")
    wire.restore()
    alice.sees_exactly(["Something else"])


def test_an_edit_waits_for_the_connection_and_looks_like_it(carol_and_wire, alice):
    carol, wire = carol_and_wire
    carol.sends_and_waits("Helo")
    wire.cut()
    carol.loses_the_connection()

    carol.edits("Helo", "Hello")

    expect(carol.message("Hello")).to_have_attribute("data-pending", "")
    expect(carol.message("Hello").locator(".message__waiting")).to_be_visible()
    expect(carol.message("Hello").locator(".message__sent")).to_be_hidden()
    wire.restore()
    alice.sees("Hello")
    expect(carol.message("Hello")).not_to_have_attribute("data-pending", "")
    expect(carol.message("Hello").locator(".message__sent")).to_be_visible()


def test_a_refused_edit_keeps_its_text(carol_and_wire):
    carol, wire = carol_and_wire
    carol.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    wire.refuse_edit = lambda edit: TOO_LATE | {"retry_in_ms": None}
    carol.sends_and_waits("Helo")

    carol.edits("Helo", "Hello")

    refusal = carol.message("Helo").get_by_role("status")
    expect(refusal).to_contain_text("Not edited: It is too late")
    expect(refusal.get_by_role("button", name="Try again")).to_be_hidden()
    refusal.get_by_role("button", name="Copy text").click()
    expect(announced(carol)).to_have_text("Text copied")
    assert carol.page.evaluate("navigator.clipboard.readText()") == "Hello"
    refusal.get_by_role("button", name="Edit again").click()
    expect(carol.field).to_have_value("Hello")
    expect(refusal).to_be_hidden()
    carol.field.press("Enter")
    refusal.get_by_role("button", name="Dismiss").click()
    expect(refusal).to_be_hidden()
    carol.sees("Helo")


def test_on_phones_return_is_a_line_break_in_an_edit_too(enter, alice):
    phone = enter(**PHONE)
    phone.sends_and_waits("One")
    phone.field.press("ArrowUp")
    expect(phone.field).to_have_value("One")
    phone.field.press("End")
    phone.field.press("Enter")
    phone.page.keyboard.type("Two")
    stop = phone.page.get_by_role("button", name="Cancel", exact=True).and_(
        phone.page.locator("[data-composer-stop]")
    )
    assert stop.bounding_box()["height"] >= 44

    phone.page.get_by_role("button", name="Save").tap()

    expect(alice.bodies).to_have_text("One\nTwo")


# Replies


def test_a_reply_says_to_what_and_is_one(carol_and_wire, alice):
    carol, wire = carol_and_wire
    alice.renames("Alice")
    alice.sends_and_waits("Shall we **meet**?".replace("*", ""))

    carol.points_at("Shall we meet?")
    carol.page.get_by_role("button", name="Reply").click()
    expect(line(carol)).to_have_text("Replying to \u2068Alice\u2069: \u2068Shall we meet?\u2069")
    carol.sends("Yes")

    alice.sees("Yes")
    assert wire.posted[-1]["reply_to_seq"] == 1
    expect(line(carol)).to_be_hidden()
    carol.sends_and_waits("Something else")
    assert "reply_to_seq" not in wire.posted[-1]


def test_a_reply_survives_a_reload_and_an_edit_with_its_draft(carol_and_wire, alice):
    carol, wire = carol_and_wire
    alice.sends_and_waits("Question")
    carol.sends_and_waits("Mine")
    carol.points_at("Question")
    carol.page.get_by_role("button", name="Reply").click()
    carol.writes("Answ")
    carol.reloads()
    expect(line(carol)).to_contain_text("Question")
    expect(carol.field).to_have_value("Answ")
    stored = carol.page.evaluate("Object.entries(localStorage).join()")
    assert "Question" not in stored

    carol.edits("Mine", "Mine too")
    expect(line(carol)).to_contain_text("Question")
    expect(carol.field).to_have_value("Answ")
    carol.sends("Answer")

    alice.sees("Answer")
    assert wire.posted[-1]["reply_to_seq"] == 1
    carol.reloads()
    expect(line(carol)).to_be_hidden()


def test_a_reply_shows_what_becomes_of_its_message(alice, bob):
    bob.sends_and_waits("Secret")
    alice.points_at("Secret")
    alice.page.get_by_role("button", name="Reply").click()

    bob.edits("Secret", "Not so secret")
    expect(line(alice)).to_contain_text("Not so secret")
    bob.deletes("Not so secret")

    expect(line(alice)).to_have_text("Replying to a deleted message")
    assert "ecret" not in alice.page.locator(".writing").inner_html()
    alice.page.get_by_role("button", name="Cancel").and_(
        alice.page.locator("[data-composer-stop]")
    ).click()
    expect(line(alice)).to_be_hidden()
    expect(alice.field).to_be_focused()
