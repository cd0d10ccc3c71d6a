"""The bar: its buttons at each width, their labels, and how it shows an outage."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE

WIDTHS = [360, 390, 768, 1024, 1440]
# A finger needs 44 by 44 pixels (Apple), more than the 24 of WCAG 2.2, 2.5.8.
BELOW_TOUCH = """root => [...root.querySelectorAll("button, input, a, label:has(input)")]
    .filter((element) => element.checkVisibility() && !element.matches("label input"))
    .filter((element) => element.getBoundingClientRect().height < 44)
    .map((element) => element.outerHTML.slice(0, 100))"""


def box(person, selector):
    return person.page.locator(selector).bounding_box()


def bar_button(person, name):
    return person.page.get_by_role("banner").get_by_role("button", name=name)


@pytest.mark.parametrize("width", WIDTHS)
def test_inviting_and_the_theme_can_be_reached_at_every_width(enter, width):
    reader = enter(viewport={"width": width, "height": 640})
    reader.sends_and_waits("Hello")

    expect(bar_button(reader, "Invite")).to_be_in_viewport(ratio=1)
    bar_button(reader, "Invite").click()
    expect(reader.page.get_by_role("dialog", name="Invite people")).to_be_visible()
    reader.page.keyboard.press("Escape")
    bar_button(reader, "More").click()
    expect(reader.page.get_by_role("radio", name="Dark")).to_be_in_viewport(ratio=1)
    reader.page.get_by_role("radio", name="Dark").check()
    assert reader.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


@pytest.mark.parametrize(
    "name", ["Notifications", "Go to a date", "Keyboard shortcuts", "About this chat"]
)
def test_each_item_of_the_menu_opens_a_dialog_and_the_focus_returns_to_the_button(alice, name):
    alice.opens_from_the_menu(name)
    expect(alice.page.get_by_role("dialog", name=name)).to_be_visible()
    expect(alice.page.locator("[data-menu]")).to_be_hidden()

    alice.page.keyboard.press("Escape")

    expect(bar_button(alice, "More")).to_be_focused()


def test_the_page_explains_retention_and_who_can_read(alice):
    alice.opens_from_the_menu("About this chat")

    dialog = alice.page.get_by_role("dialog", name="About this chat")
    for words in ("Messages are saved", "Anyone with the link can read and write", "same name"):
        expect(dialog).to_contain_text(words)


def test_every_icon_button_has_a_name_and_a_tooltip(alice):
    names = ["Invite people", "Go to a date", "Notifications: off", "More", "Send"]
    for name in [*names, "Keyboard shortcuts", "Rooms", "People here"]:
        assert alice.page.get_by_title(name, exact=True).count(), name
    unnamed = alice.page.locator("button:visible:has(> .icon:only-child):not([title])")
    expect(unnamed).to_have_count(0)


def test_the_bell_is_labelled_with_its_setting(alice):
    alice.page.context.grant_permissions(["notifications"])
    alice.reloads()
    bell = bar_button(alice, "Notifications")
    expect(bell).to_have_accessible_name("Notifications: off")
    alice.page.evaluate("Notification.requestPermission = async () => 'granted'")
    bell.click()
    sound = alice.page.get_by_role("checkbox", name="Play a sound")
    expect(sound).to_be_disabled()

    alice.page.get_by_role("radio", name="Mentions of me").check()

    expect(sound).to_be_enabled()
    sound.check()
    alice.page.keyboard.press("Escape")
    expect(bell).to_have_accessible_name("Notifications: mentions")
    expect(bell).to_have_attribute("title", "Notifications: mentions")


def test_the_dialog_explains_that_a_closed_page_does_not_notify(alice):
    alice.opens_from_the_menu("Notifications")

    expect(alice.page.get_by_role("dialog")).to_contain_text("nothing arrives once it is closed")


@pytest.mark.parametrize("width", WIDTHS[:4])
def test_the_unread_count_does_not_cover_the_title(enter, width):
    reader = enter(viewport={"width": width, "height": 640})

    right, left = reader.page.locator("[data-rooms-unread]").evaluate(
        """badge => {
            badge.hidden = false;
            badge.textContent = "99+";
            const title = document.querySelector(".bar__title");
            return [badge.getBoundingClientRect().right, title.getBoundingClientRect().left];
        }"""
    )

    assert right + 2 <= left, "with its ring of 2 pixels"


@pytest.mark.parametrize("width", [360, 390])
def test_an_outage_moves_nothing_on_a_phone(carol_and_wire, width):
    carol, wire = carol_and_wire
    carol.page.set_viewport_size({"width": width, "height": 640})
    carol.sends_and_waits("Hello")
    expect(carol.status).to_contain_text("Only you are here")
    before = [box(carol, selector) for selector in (".bar", ".bar__title", "[data-stream]")]

    wire.cut()

    expect(carol.status).to_have_text(re.compile(r"Retrying\s+in \d+ s\s+Retry now"))
    retry = carol.status.get_by_role("button", name="Retry now")
    expect(retry).to_be_in_viewport(ratio=1)
    assert box(carol, "[data-status-line]")["height"] < 44, "one line"
    after = [box(carol, selector) for selector in (".bar", ".bar__title", "[data-stream]")]
    assert after == before
    wire.restore()
    carol.connects()


def test_the_list_of_people_is_grey_while_disconnected(carol_and_wire):
    carol, wire = carol_and_wire
    row = carol.page.locator(".people__list")
    known = row.evaluate("row => getComputedStyle(row).color")

    wire.cut()
    carol.loses_the_connection()

    expect(row).not_to_have_css("color", known)
    expect(carol.page.locator(".person .avatar").first).to_have_css("filter", "grayscale(1)")
    wire.restore()
    carol.connects()
    expect(row).to_have_css("color", known)


def test_a_private_room_is_marked(alice, enter):
    expect(alice.page.get_by_text("Private", exact=True)).to_have_count(0)

    bob = enter("/r/attic-0123456789abcdef/")

    expect(bob.page.get_by_role("banner").get_by_text("Private", exact=True)).to_be_visible()
    bob.opens_from_the_menu("About this chat")
    expect(bob.page.get_by_role("dialog")).to_contain_text("hard to guess")


def test_an_empty_room_is_shown_from_its_top_and_has_one_invitation(enter):
    reader = enter(viewport={"width": 390, "height": 420})
    page = reader.page
    expect(page.get_by_role("heading", name="No messages yet")).to_be_in_viewport(ratio=1)

    page.set_viewport_size({"width": 390, "height": 400})
    expect(page.get_by_role("heading", name="No messages yet")).to_be_in_viewport(ratio=1)
    invite = page.locator("[data-empty] .invite__buttons .button")
    first, second = (invite.nth(at).bounding_box() for at in (0, 1))
    assert first["y"] == second["y"], "neither button stands alone on a line"
    page.set_viewport_size(DESKTOP["viewport"])
    expect(page.locator("[data-empty]").get_by_role("button", name="Copy link")).to_be_visible()
    panel = page.get_by_role("complementary")
    expect(panel.get_by_role("button", name="Invite people")).to_be_hidden()
    reader.sends_and_waits("Hello")
    expect(panel.get_by_role("button", name="Invite people")).to_be_visible()


def test_everything_around_the_conversation_is_large_enough_to_touch(enter):
    carol = enter(**PHONE)
    page = carol.page
    found = {"bar": page.get_by_role("banner").evaluate(BELOW_TOUCH)}
    for name, part in {"Rooms": "rooms", "People here": "people", "More": "menu"}.items():
        bar_button(carol, name).tap()
        found[name] = page.locator(f"[data-{part}]").evaluate(BELOW_TOUCH)
        page.keyboard.press("Escape")
    bar_button(carol, "Invite").tap()
    found["share"] = page.get_by_role("dialog").evaluate(BELOW_TOUCH)

    assert not {place: small for place, small in found.items() if small}


def test_the_dot_between_two_facts_about_a_room_is_not_read_out(alice, room):
    slug = room.split("/")[2]
    listed = {"slug": slug, "title": slug, "epoch": "e", "last_seq": 1, "is_listed": False}
    rooms = [listed | {"last_posted_at": "2026-01-01T00:00:00Z", "people": 1}]
    alice.page.route("**/rooms.json*", lambda route: route.fulfill(json={"rooms": rooms}))
    alice.reloads()
    entry = alice.page.locator("[data-rooms] [aria-current=page]")
    expect(entry.locator("time")).to_be_visible()
    expect(entry).to_contain_text("1 person here")

    read_out = alice.page.locator("[data-rooms]").aria_snapshot()

    assert "1 person here" in read_out
    assert "·" not in read_out
