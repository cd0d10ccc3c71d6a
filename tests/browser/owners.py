"""Owners and moderators at a browser."""

from __future__ import annotations

from uuid import uuid4

from playwright.sync_api import expect

from tests.browser.commands import command


def creates_a_room(person, title=None):
    """Create a room on the page of another one. Returns the dialog with its two links."""
    page = person.page
    title = title or f"Workshop {uuid4().hex[:6]}"
    if not page.locator("[data-rooms]").is_visible():
        page.get_by_role("button", name="Rooms").click()
    field = page.get_by_role("textbox", name="New room")
    field.fill(title)
    field.press("Enter")
    dialog = page.get_by_role("dialog", name=f"{title} is ready")
    expect(dialog).to_be_visible()
    return dialog


def owner_link(dialog):
    return dialog.get_by_role("textbox", name="Owner link").input_value()


def opens_own_room(person):
    """Create a room and enter it. Returns its path and its owner link."""
    dialog = creates_a_room(person)
    link = owner_link(dialog)
    dialog.get_by_role("button", name="Open the room").click()
    person.page.wait_for_url(lambda url: "/r/workshop" in url)
    person.connects()
    expect(desk_button(person)).to_be_visible()
    path = person.page.evaluate("location.pathname")
    return path, link


def desk_button(person):
    """It opens the panel, and has the number of what waits."""
    return person.page.get_by_role("banner").get_by_role("button", name="Moderation")


def opens_the_desk(person):
    desk_button(person).click()
    panel = person.page.get_by_role("dialog", name="Moderation", exact=True)
    expect(panel).to_be_visible()
    return panel


def pins_button(person):
    return person.page.get_by_role("banner").get_by_role("button", name="Pinned messages")


def opens_pins(person):
    if pins_button(person).is_visible():
        pins_button(person).click()
    else:
        person.opens_from_the_menu("Pinned messages")
    return person.page.get_by_role("dialog", name="Pinned messages")


def act(person, kind, **fields):
    """An act in a person's name, beside their page. Returns its id."""
    act_id = str(uuid4())
    command(person, kind, act_id=act_id, **fields)
    return act_id


def author_id(person):
    """The id that others know the person by."""
    return person.page.evaluate(
        """async () => {
            const config = JSON.parse(document.querySelector("#chat-config").textContent);
            const origin = location.origin.replace("http", "ws");
            const socket = new WebSocket(origin + config.socket_url, ["chat.v1"]);
            const welcome = await new Promise((resolve) => {
                socket.onmessage = ({ data }) => resolve(JSON.parse(data));
            });
            socket.close();
            return welcome.you.author_id;
        }"""
    )
