"""What owners and moderators do about messages and people, and undo."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.moderated import appoints, chooses_about, toast, undoes


def chooses(person, text, entry):
    person.opens_the_menu_of(text)
    person.page.get_by_role("menuitem", name=entry, exact=True).click()


def test_a_message_is_removed_and_restored(owned, guest):
    guest.sends_and_waits("Buy gold")
    owned.sees("Buy gold")

    chooses(owned, "Buy gold", "Remove message")

    for person in (owned, guest):
        person.sees_exactly(["Removed by a moderator"])
        assert "gold" not in person.page.locator("[data-stream]").inner_html()
    undoes(owned, "Message removed")
    for person in (owned, guest):
        person.sees_exactly(["Buy gold"])


def test_the_actions_stay_beside_a_message_that_gets_wider(owned, guest):
    guest.sends_and_waits("Hm")
    owned.sees("Hm")

    chooses(owned, "Hm", "Remove message")

    owned.sees("Removed by a moderator")
    actions = owned.page.get_by_role("group", name="Message actions")
    expect(actions).to_be_visible()
    bubble = owned.page.locator(".message__bubble").bounding_box()
    assert actions.bounding_box()["x"] >= bubble["x"] + bubble["width"]


def test_everything_of_the_last_hour_is_removed_and_restored(owned, guest):
    for text in ("Buy gold", "Buy more gold"):
        guest.sends_and_waits(text)
    owned.sends_and_waits("Stop it")
    guest.sees("Stop it")

    chooses_about(owned, "Gus", "Remove last hour's messages")

    for person in (owned, guest):
        person.sees_exactly(["2 messages removed by a moderator", "Stop it"])
    undoes(owned, "What ⁨Gus⁩ wrote in the last hour is removed.")
    for person in (owned, guest):
        person.sees_exactly(["Buy gold", "Buy more gold", "Stop it"])


def test_the_muted_keep_their_text_and_write_again_after_the_undo(owned, guest):
    guest.writes("I was about to say")

    chooses_about(owned, "Gus", "Mute for 10 minutes")

    note = guest.page.locator("[data-writing-note]")
    expect(note).to_contain_text("A moderator muted you until")
    guest.field.press("Enter")
    expect(guest.field).to_have_value("I was about to say")
    expect(guest.messages).to_have_count(0)
    undoes(owned, "⁨Gus⁩ is muted for 10 minutes.")
    expect(note).to_be_hidden()
    guest.field.press("Enter")
    owned.sees("I was about to say")


def test_a_moderator_is_appointed_and_dismissed(owned, guest):
    row = guest.page.locator("[data-people-list] li").first
    chooses_about(owned, "Gus", "Make moderator")
    expect(row).to_contain_text("Moderator")
    expect(toast(owned)).to_contain_text("is a moderator now")

    chooses_about(owned, "Gus", "Dismiss as moderator")

    expect(row).not_to_contain_text("Moderator")


def test_the_banned_are_told_and_do_not_come_back(owned, guest):
    guest.sends_and_waits("Buy gold")
    owned.sees("Buy gold")

    chooses_about(owned, "Gus", "Ban")

    expect(guest.status).to_contain_text("A moderator banned you from this room.")
    expect(guest.page.locator("[data-chat]")).to_have_attribute("data-connection", "stopped")
    note = guest.page.locator("[data-writing-note]")
    expect(note).to_contain_text("You can still read it.")
    guest.sends("Let me in")
    expect(guest.field).to_have_value("Let me in")
    undoes(owned, "⁨Gus⁩ is banned.")
    expect(toast(owned).filter(has_text="Undone")).to_be_visible()
    guest.reloads()
    guest.sends_and_waits("Let me in")
    owned.sees("Let me in")


def test_the_focus_stays_on_the_page_after_the_menu_of_somebody_on_a_phone(owned, guest):
    owned.page.set_viewport_size({"width": 390, "height": 800})
    owned.page.get_by_role("banner").locator("[popovertarget=people]").click()
    owned.page.get_by_role("button", name="More about Gus").press("Enter")
    expect(owned.page.get_by_role("menuitem", name="Mention")).to_be_focused()

    owned.page.keyboard.press("Escape")

    expect(owned.page.locator("[data-stream]")).to_be_focused()


def test_only_those_who_may_are_offered_acts(owned, guest, enter):
    third = enter(owned.path)
    third.renames("Tom")
    third.sends_and_waits("Hello")
    guest.sees("Hello")
    entries = guest.page.locator("[role=menuitem]:visible")

    guest.opens_the_menu_of("Hello")
    expect(entries.filter(has_text="Report")).to_be_visible()
    expect(entries.filter(has_text="Hide messages from ⁨Tom⁩")).to_be_visible()
    expect(entries.filter(has_text="Remove message")).to_have_count(0)
    guest.page.keyboard.press("Escape")
    appoints(owned, guest)
    expect(guest.page.locator("[data-people-list] li").first).to_contain_text("Moderator")
    guest.opens_the_menu_of("Hello")
    expect(entries.filter(has_text="Report")).to_have_count(0)
    entries.filter(has_text="More about ⁨Tom⁩").click()
    expect(entries.filter(has_text="Mute for good")).to_be_visible()
    expect(entries.filter(has_text="Make moderator")).to_have_count(0)
