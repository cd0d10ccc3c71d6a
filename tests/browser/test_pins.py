"""Pinned messages: the list that everybody can open."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE
from tests.browser.commands import command, post
from tests.browser.owners import act, opens_own_room, opens_pins, pins_button


@pytest.fixture
def owner(enter):
    """Olivia owns a room and is in it."""
    olivia = enter()
    opens_own_room(olivia)
    return olivia


def enters_with(enter, owner, **options):
    return enter(owner.page.evaluate("location.pathname"), **options)


def pin(person, seq, on=True):
    act(person, "act.pin", seq=seq, on=on)


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_everybody_reaches_pinned_messages_from_the_bar(enter, owner, device):
    first = post(owner, "The **first** rule")
    owner.sends_many([f"Message {number}" for number in range(150)])
    second = post(owner, "The second one")
    guest = enters_with(enter, owner, **device)
    expect(guest.page.locator("[data-pins-item]")).to_be_hidden()
    for seq in (first, second):
        pin(owner, seq)
    expect(guest.page.locator("[data-pins-item]")).not_to_have_attribute("hidden", "")

    dialog = opens_pins(guest)
    texts = dialog.locator(".pin__text")
    expect(texts).to_have_text(["The second one", "The first rule"])
    expect(dialog.get_by_role("button", name="Unpin")).to_have_count(0)
    dialog.get_by_role("link", name="The first rule").press("Enter")

    expect(dialog).to_be_hidden()
    message = guest.page.locator(f".message[data-seq='{first}']")
    expect(message).to_be_in_viewport()
    expect(message).to_be_focused()
    assert guest.page.evaluate("location.hash") == f"#{first}"
    expect(guest.page.locator(".pin__text")).to_have_count(0)


def test_moderators_unpin_from_the_list_and_the_button_goes_with_the_last_one(enter, owner):
    guest = enters_with(enter, owner)
    for body in ("Rule 1", "Rule 2"):
        pin(owner, post(owner, body))
    expect(pins_button(guest)).to_be_visible()
    dialog = opens_pins(owner)

    dialog.get_by_role("button", name="Unpin").first.press("Enter")
    expect(dialog.locator(".pin__text")).to_have_text(["Rule 1"])
    expect(dialog.get_by_role("link", name="Rule 1")).to_be_focused()
    dialog.get_by_role("button", name="Unpin").press("Enter")

    expect(dialog.get_by_text("No messages are pinned.")).to_be_visible()
    expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    expect(pins_button(guest)).to_be_hidden()


def test_the_list_follows_edits_and_deletions(enter, owner):
    guest = enters_with(enter, owner)
    seq = post(owner, "Typo")
    pin(owner, seq)
    expect(pins_button(guest)).to_be_visible()
    dialog = opens_pins(guest)
    expect(dialog.locator(".pin__text")).to_have_text(["Typo"])

    command(owner, "message.edit", seq=seq, body="Corrected")
    expect(dialog.locator(".pin__text")).to_have_text(["Corrected"])
    command(owner, "message.delete", seq=seq)

    expect(dialog.get_by_text("No messages are pinned.")).to_be_visible()


def test_a_pinned_message_is_found_by_whoever_comes_later(enter, owner):
    seq = post(owner, "Long ago")
    pin(owner, seq)
    owner.sends_many([f"Message {number}" for number in range(150)])

    guest = enters_with(enter, owner)

    expect(pins_button(guest)).to_be_visible()
    expect(opens_pins(guest).locator(".pin__text")).to_have_text(["Long ago"])


def test_moderators_pin_and_unpin_from_the_menu_of_a_message_by_keys(enter, owner):
    guest = enters_with(enter, owner)
    guest.sends_and_waits("Meet at eight")
    guest.opens_the_menu_of("Meet at eight")
    expect(guest.page.get_by_role("menuitem", name="Pin", exact=True)).to_be_hidden()
    guest.page.keyboard.press("Escape")
    owner.page.locator("[data-stream]").focus()
    owner.page.keyboard.press("Enter")
    owner.page.keyboard.press("Enter")

    owner.page.get_by_role("menuitem", name="Pin", exact=True).press("Enter")

    expect(pins_button(guest)).to_be_visible()
    expect(opens_pins(guest).locator(".pin__text")).to_have_text(["Meet at eight"])
    expect(owner.page.locator("[data-selected]")).to_be_focused()
    owner.page.keyboard.press("Enter")
    expect(owner.page.get_by_role("menuitem", name="Pin", exact=True)).to_be_hidden()
    owner.page.get_by_role("menuitem", name="Unpin", exact=True).press("Enter")
    expect(pins_button(guest)).to_be_hidden()
