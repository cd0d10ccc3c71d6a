"""Reporting a message, and hiding somebody's messages from oneself."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.commands import command, post
from tests.browser.moderated import toast, undoes
from tests.browser.test_acts import chooses


def lines(person):
    return person.page.locator(".hidden-messages")


def test_hidden_messages_are_a_line_that_shows_them(alice, bob):
    bob.renames("Bob")
    for text in ("One", "Two"):
        bob.sends_and_waits(text)
    alice.sees("Two")
    chooses(alice, "One", "Hide messages from ⁨Bob⁩")

    expect(lines(alice)).to_contain_text("2 hidden messages from ⁨Bob⁩")
    expect(alice.messages).to_have_count(0)
    bob.sends_and_waits("Three")
    expect(lines(alice)).to_contain_text("3 hidden messages from")
    assert "Three" not in alice.page.locator("[data-stream]").inner_html()
    expect(alice.page.locator("[data-announcer]")).not_to_contain_text("Three")
    alice.reloads()
    expect(lines(alice)).to_contain_text("3 hidden messages from")

    lines(alice).get_by_role("button", name="Show").click()
    alice.sees_exactly(["One", "Two", "Three"])
    bob.sends_and_waits("Four")
    expect(lines(alice)).to_contain_text("1 hidden message from")


def test_hiding_is_undone_from_the_notice_and_from_the_list(alice, bob):
    bob.renames("Bob")
    bob.sends_and_waits("One")
    alice.sees("One")
    chooses(alice, "One", "Hide messages from ⁨Bob⁩")
    expect(lines(alice)).to_be_visible()

    undoes(alice, "You don't see messages from ⁨Bob⁩ any more.")
    alice.sees("One")

    chooses(alice, "One", "Hide messages from ⁨Bob⁩")
    hidden = alice.page.get_by_role("region", name="Hidden")
    expect(hidden).to_contain_text("Bob")
    hidden.get_by_role("button", name="Show again").click()
    alice.sees("One")
    expect(hidden).to_be_hidden()


def test_nothing_is_new_of_somebody_who_is_hidden(alice, bob):
    bob.renames("Bob")
    bob.sends_and_waits("One")
    alice.sees("One")
    chooses(alice, "One", "Hide messages from ⁨Bob⁩")
    expect(lines(alice)).to_be_visible()
    title = alice.page.title()

    alice.looks_away()
    bob.sends_and_waits("Two")

    expect(lines(alice)).to_contain_text("2 hidden messages from")
    expect(alice.page.locator("[data-new]")).to_have_count(0)
    expect(alice.page).to_have_title(title)


def test_a_reply_shows_nothing_of_a_hidden_message(alice, bob):
    bob.renames("Bob")
    bob.sends_and_waits("One")
    alice.sees("One")
    post(alice, "What?", reply_to=1)
    quote = alice.message("What?").locator(".message__quote")
    expect(quote).to_contain_text("One")

    alice.messages.first.locator(".message__bubble").hover()
    alice.messages.first.get_by_role("button", name="All actions").click()
    alice.page.get_by_role("menuitem", name="Hide messages from").click()

    expect(quote).to_have_text("Hidden message")


def test_a_report_reaches_the_moderators_with_its_reason(owned, guest):
    owned.sends_and_waits("Buy gold")
    guest.sees("Buy gold")

    chooses(guest, "Buy gold", "Report")
    dialog = guest.page.get_by_role("dialog", name="Report this message?")
    dialog.get_by_label("What is wrong with it?").fill("It is spam")
    guest.page.keyboard.press("Enter")

    expect(toast(guest)).to_contain_text("Reported to the moderators.")
    expect(dialog).to_have_count(0)
    [report] = command(owned, "moderation.fetch")["reports"]
    assert (report["seq"], report["count"], report["reasons"]) == (1, 1, ["It is spam"])
