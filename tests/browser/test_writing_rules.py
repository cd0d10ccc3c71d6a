"""What a room's rules mean for those who write: slow mode, who may write, and held messages."""

from __future__ import annotations

import re
from uuid import uuid4

from playwright.sync_api import expect

from tests.browser.commands import command
from tests.browser.moderated import chooses_about, sets_rules


def note(person):
    return person.page.locator("[data-writing-note]")


def announced(person):
    return person.page.locator("[data-announcer]")


def waits(person):
    """The line below a held message."""
    return person.page.get_by_text("Waits for a moderator")


def decides(owner, act, client_message_id):
    """The owner approves or declines a held message."""
    command(owner, act, act_id=str(uuid4()), client_message_id=client_message_id)


def held(owner):
    """The ids of the held messages."""
    ack = command(owner, "moderation.fetch")
    return [message["client_message_id"] for message in ack["held"]]


def test_in_slow_mode_the_composer_counts_down_and_keeps_the_text(owned, guest):
    sets_rules(owned, slow_seconds=3600)
    guest.sends_and_waits("One")

    expect(note(guest)).to_contain_text(re.compile(r"Slow mode: .* (59:|1:00:00)"))
    guest.sends("Two")
    expect(guest.field).to_have_value("Two")
    expect(guest.messages).to_have_count(1)

    sets_rules(owned)
    expect(note(guest)).to_be_hidden()
    guest.field.press("Enter")
    owned.sees("Two")


def queues_in_slow_mode(owned, guest):
    """The guest writes "One", and "Two" too soon."""
    sets_rules(owned, slow_seconds=3600)
    guest.sends_and_waits("One")
    guest.reloads()  # the page does not know of the pause then
    guest.sends("Two")
    expect(note(guest)).to_contain_text("Slow mode")
    expect(guest.message("Two")).to_have_attribute("data-state", "waiting")


def test_what_waits_because_of_slow_mode_goes_by_itself(owned, guest):
    queues_in_slow_mode(owned, guest)
    expect(owned.messages).to_have_count(1)

    sets_rules(owned)

    owned.sees("Two")
    expect(guest.message("Two")).to_have_attribute("data-state", "sent")


def test_newcomers_from_the_network_of_the_banned_read_why_they_wait(owned, guest, enter):
    third = enter(owned.path)
    third.renames("Tom")
    third.sends_and_waits("Buy gold")
    chooses_about(owned, "Tom", "Ban")
    expect(third.status).to_contain_text("A moderator banned you")
    guest.sends_and_waits("One")

    guest.sends("Two")

    expect(note(guest)).to_contain_text(re.compile(r"Newcomers have to wait: .* 0:[0-3]\d"))
    expect(guest.message("Two")).to_have_attribute("data-state", "waiting")


def test_the_composer_says_who_may_write(owned, guest):
    sets_rules(owned, writers="moderators")
    expect(note(guest)).to_contain_text("Only moderators can write right now.")
    expect(announced(guest)).to_have_text("Only moderators can write right now.")
    expect(note(owned)).to_be_hidden()
    guest.sends("May I?")
    expect(guest.field).to_have_value("May I?")

    sets_rules(owned, writers="regulars")
    expect(note(guest)).to_contain_text("Only people who have been here for a while")
    sets_rules(owned)
    expect(note(guest)).to_be_hidden()
    guest.field.press("Enter")
    owned.sees("May I?")


def test_a_held_message_waits_visibly_until_it_is_approved(owned, guest):
    sets_rules(owned, hold="newcomers")
    guest.sends("Hello")
    expect(waits(guest)).to_be_visible()
    guest.reloads()
    expect(waits(guest)).to_be_visible()
    expect(owned.messages).to_have_count(0)
    [message] = held(owned)

    decides(owned, "act.approve", message)

    owned.sees("Hello")
    guest.sees_exactly(["Hello"])
    expect(waits(guest)).to_be_hidden()


def test_the_author_of_a_declined_message_keeps_its_text(owned, guest):
    sets_rules(owned, hold="everybody")
    guest.sends("Buy gold")
    expect(waits(guest)).to_be_visible()
    [message] = held(owned)

    decides(owned, "act.decline", message)

    refused = guest.page.locator("[data-state=refused]")
    expect(refused).to_contain_text("Not sent: A moderator did not approve this message.")
    expect(refused).to_contain_text("Buy gold")
    sets_rules(owned)
    refused.get_by_role("button", name="Try again").click()
    owned.sees("Buy gold")


def test_what_the_muted_had_queued_is_refused_and_can_be_sent_later(owned, guest):
    queues_in_slow_mode(owned, guest)

    chooses_about(owned, "Gus", "Mute for 1 hour")

    refused = guest.page.locator("[data-state=refused]")
    expect(refused).to_contain_text("A moderator muted you")
    sets_rules(owned)
    owned.page.locator("[data-toasts]").get_by_role("button", name="Undo").click()
    expect(note(guest)).to_be_hidden()
    refused.get_by_role("button", name="Try again").click()
    owned.sees("Two")
