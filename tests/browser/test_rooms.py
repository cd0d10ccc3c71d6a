"""The list of rooms: unread messages in other rooms, and creating a room."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from testing import processes
from testing.person import DESKTOP, PHONE
from testing.waiting import wait_until

LISTED_WITHIN = 15_000  # ms; the list is loaded at most every 5 seconds
LOOKS = {
    "phone-light": (PHONE, "light"),
    "phone-dark": (PHONE, "dark"),
    "desktop-light": (DESKTOP, "light"),
    "desktop-dark": (DESKTOP, "dark"),
}
NARROW = {"viewport": {"width": 1000, "height": 700}}


def panel(person):
    return person.page.get_by_role("navigation", name="Rooms")


def entry(person, title):
    """A room in the list, as a link."""
    called_so = person.page.get_by_text(title, exact=True)
    return panel(person).get_by_role("link").filter(has=called_so)


def looks_at_the_list(person):
    """Focus the window, so that the list is loaded again."""
    person.page.evaluate("dispatchEvent(new Event('focus'))")


def unique(title):
    """An unused title."""
    return f"{title} {uuid4().hex[:6]}"


def makes(person, title):
    field = panel(person).get_by_role("textbox", name="New room")
    field.fill(title)
    field.press("Enter")


def opens_new(person, title):
    """Create a room and wait until it is open."""
    makes(person, title)
    person.page.get_by_role("button", name="Open the room").click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text(title)
    return person.connects()


def test_messages_in_another_room_are_counted_as_unread(alice, bob, room):
    bob.sends_and_waits("Seen")
    alice.sees("Seen")
    attic = alice.page.locator("[data-room-title]").first.inner_text()
    title = unique("Cellar")
    opens_new(alice, title).sends_and_waits("First")
    looks_at_the_list(alice)

    titles = panel(alice).locator(".room__title")
    expect(titles).to_have_text(["Lobby", title, attic], timeout=LISTED_WITHIN)
    expect(entry(alice, title)).to_have_attribute("aria-current", "page")
    expect(entry(alice, attic)).not_to_have_attribute("aria-current", "page")
    expect(entry(alice, attic)).not_to_contain_text("unread")
    bob.sends_and_waits("One")
    bob.sends_and_waits("Two")
    looks_at_the_list(alice)

    expect(entry(alice, attic)).to_contain_text("2 unread messages", timeout=LISTED_WITHIN)
    expect(entry(alice, attic)).to_contain_text("1 person here")
    expect(titles).to_have_text(["Lobby", attic, title])
    other = alice.another_tab()
    other.opens(room)
    other.sees("Two")
    expect(entry(alice, attic)).not_to_contain_text("unread")


def test_a_room_is_created_by_its_title_which_everybody_sees(alice, bob):
    title = unique("Bücher & <b>Wein</b>")
    opens_new(alice, title)
    assert "/r/bucher-" in alice.page.url

    for person in (alice, bob.opens(alice.page.url)):
        expect(person.page.get_by_role("heading", level=1)).to_have_text(title)
        expect(person.page).to_have_title(title)
        expect(entry(person, title)).to_be_visible()
    alice.sends_and_waits("Welcome")
    bob.sees("Welcome")


def test_a_title_that_is_taken_offers_the_existing_room(alice, bob):
    title = unique("Choir")
    opens_new(alice, title)

    makes(bob, title.upper())

    expect(panel(bob).get_by_role("alert")).to_have_text("That name is taken.")
    link = panel(bob).get_by_role("link", name=f"Open {title}")
    link.locator("bdi").evaluate("title => { title.textContent += ' and long'.repeat(20); }")
    edges = "element => element.getBoundingClientRect().left"
    assert link.evaluate(edges) < link.locator("span").evaluate(edges), "only its end is cut off"
    link.click()
    bob.page.wait_for_url(alice.page.url)


def test_a_room_can_have_an_unguessable_link(alice):
    panel(alice).get_by_role("checkbox", name="Private").check()
    makes(alice, "Surprise party")
    alice.page.get_by_role("button", name="Open the room").click()

    alice.page.wait_for_url(re.compile(r"/r/surprise-party-[0-9a-f]{16}/$"))
    expect(alice.page.get_by_role("heading", level=1)).to_have_text("Surprise party")


def test_a_visited_room_is_listed_until_it_is_removed(alice):
    title = unique("Attic")
    opens_new(alice, title)
    forget = panel(alice).get_by_role("button", name=f"Remove \u2068{title}\u2069")
    expect(forget).to_have_count(0)
    alice.opens("/")

    entry(alice, title).focus()
    alice.page.keyboard.press("Tab")
    expect(forget).to_be_focused()
    alice.page.keyboard.press("Enter")

    expect(entry(alice, title)).to_have_count(0)
    assert alice.page.evaluate("document.activeElement.matches('.room__link')")
    alice.reloads()
    expect(entry(alice, "Lobby")).to_have_attribute("aria-current", "page")
    expect(entry(alice, title)).to_have_count(0)


@pytest.mark.parametrize("device", [PHONE, NARROW], ids=["phone", "narrow"])
def test_the_rooms_are_a_drawer_on_narrow_screens(enter, device):
    carol = enter(**device)
    button = carol.page.get_by_role("button", name="Rooms")
    expect(panel(carol)).to_be_hidden()

    button.click()
    expect(panel(carol)).to_be_visible()
    expect(entry(carol, "Lobby")).to_be_visible()
    carol.page.keyboard.press("Escape")

    expect(panel(carol)).to_be_hidden()
    expect(button).to_be_focused()


def test_a_room_is_created_without_javascript(new_context, shared_node, room, shoot):
    page = new_context(base_url=shared_node.url, java_script_enabled=False).new_page()
    page.goto(room)
    page.get_by_role("link", name="Rooms").click()
    title = unique("Workshop")

    page.get_by_role("textbox", name="New room").fill(title)
    page.get_by_role("button", name="Create").click()

    page.get_by_role("link", name="Go to the room").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    made = page.url
    page.get_by_role("link", name="Rooms").click()
    page.get_by_role("textbox", name="New room").fill(title)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert")).to_have_text("That name is taken.")
    shoot(page, "desktop-light-rooms-without-javascript")
    page.get_by_role("link", name=f"Open {title}").click()
    page.wait_for_url(made)


def test_too_many_connections_are_explained_until_one_is_free(enter, new_context, shoot):
    with processes.chat_node(SOCKETS_PER_ADDRESS=1) as crowded:
        alice = enter(node=crowded)
        contexts = {
            look: new_context(base_url=crowded.url, color_scheme=scheme, **device)
            for look, (device, scheme) in LOOKS.items()
        }
        for look, context in contexts.items():
            page = context.new_page()
            page.goto(alice.page.url)
            expect(
                page.get_by_role("heading", name="Too many connections right now")
            ).to_be_visible()
            shoot(page, f"{look}-too-many-connections")
            if look != "desktop-dark":
                page.close()

        alice.page.close()

        expect(page.locator("[data-chat]")).to_have_attribute(
            "data-connection", "connected", timeout=40_000
        )
        expect(page.get_by_role("heading", name="Too many connections right now")).to_be_hidden()


@pytest.mark.screenshots
def test_screenshots_of_the_rooms(enter, new_context, bob, shoot):
    paths = {}
    for title in (
        "Summer party",
        "Reading circle",
        "مطبخ الحي",
        "A very long name for a room where " + "nothing " * 5,
    ):
        opens_new(bob, title).sends_and_waits(f"Welcome to {title}")
        paths[title] = bob.page.url
    reader = enter()
    for path in paths.values():
        reader.opens(path)
        expect(reader.messages).not_to_have_count(0)
    for title, count in {"Reading circle": 3, "مطبخ الحي": 120}.items():
        bob.opens(paths[title])
        bob.sends_many([f"News {number}" for number in range(count)])
    state = reader.page.context.storage_state()

    for look, (device, scheme) in LOOKS.items():
        viewer = enter(paths["Summer party"], color_scheme=scheme, storage_state=state, **device)
        if device is PHONE:
            expect(viewer.page.locator("[data-rooms-unread]")).to_be_visible()
            shoot(viewer, f"{look}-rooms-button")
            viewer.page.get_by_role("button", name="Rooms").tap()
        expect(entry(viewer, "Reading circle")).to_contain_text("3 unread messages")
        shoot(viewer, f"{look}-rooms")
        viewer.page.keyboard.press("Escape")
        viewer.page.get_by_role("banner").get_by_role("button", name="Invite").click()
        viewer.page.locator("[data-share-code]").evaluate("code => code.decode()")
        shoot(viewer, f"{look}-share")


def test_a_renamed_room_has_its_new_title_everywhere_after_the_next_welcome(
    carol_and_wire, shared_node, room
):
    carol, wire = carol_and_wire
    carol.sends_and_waits("Hello")
    wire.cut()
    with (
        closing(sqlite3.connect(shared_node.data_dir / "chat.sqlite3", timeout=30)) as database,
        database,
    ):
        slug = room.strip("/").rpartition("/")[2]
        database.execute("UPDATE chat_room SET title = 'The attic' WHERE slug = ?", (slug,))

    def has_new_title():
        wire.cut()
        wire.restore()
        return carol.connects().page.get_by_role("heading", level=1).text_content() == "The attic"

    wait_until(has_new_title)  # a room that is still open has its new name within two seconds
    expect(carol.page).to_have_title("The attic")
    expect(carol.page.get_by_role("textbox", name="Message to The attic")).to_be_visible()
    expect(carol.page.locator("[data-beginning]")).to_contain_text("beginning of The attic")
