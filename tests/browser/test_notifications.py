"""Notifications: off by default, set per room, and few even when many messages arrive."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE
from testing.waiting import wait_until
from tests.browser.notified import WORLD, Reader, heading


@pytest.fixture
def reader(new_context, shared_node, room):
    """A reader with the name Alice."""
    context = new_context(base_url=shared_node.url)
    context.add_init_script(WORLD)
    reader = Reader(context.new_page()).opens(room)
    reader.renames("Alice")
    expect(reader.page.locator("[data-name-shown]")).to_have_text("Alice")
    return reader


@pytest.fixture
def writer(writer):
    writer.renames("Bob")
    return writer


def test_permission_is_requested_only_by_the_click_that_turns_notifications_on(reader, writer):
    reader.looks_away()
    writer.sends_and_waits("@Alice, nobody asked you")
    reader.sees("@Alice, nobody asked you")
    reader.looks_back()
    reader.opens_from_the_menu("Notifications")
    assert reader.has("asked") == 0
    reader.dialog.get_by_role("radio", name="Nothing").click()
    assert reader.has("asked") == 0

    reader.dialog.get_by_role("radio", name="Every message").click()

    wait_until(lambda: reader.has("asked") == 1)
    reader.dialog.get_by_role("radio", name="Mentions of me").click()
    assert reader.has("asked") == 1, "permission was already granted"
    assert reader.has("shown") == []


def test_a_reader_who_chose_mentions_is_notified_of_nothing_else(reader, writer):
    reader.chooses("Mentions of me")
    reader.looks_away()

    writer.sends_and_waits("Nothing for you")
    writer.sends_and_waits("@alice: lunch?")

    reader.is_notified_of([heading(reader, "Bob in {room}: @alice: lunch?")])
    assert reader.has("heard") == 0, "sound is off by default"


def test_messages_share_one_notification_that_opens_the_latest(reader, writer):
    reader.chooses("Every message", sound=True)
    before = reader.has("heard")
    writer.sends_and_waits("Seen at once")
    reader.sees("Seen at once")
    reader.looks_away()

    writer.sends_and_waits("<b>One</b>")
    reader.is_notified_of([heading(reader, "Bob in {room}: <b>One</b>")])
    for number in range(2, 6):
        writer.sends_and_waits(f"Number {number}")

    wait_until(lambda: reader.has("shown.at(-1).title").startswith("5 "))
    assert len(reader.has("shown")) <= 4, "a burst is one notification"
    assert reader.page.evaluate("new Set(window.shown.map(({ tag }) => tag)).size") == 1
    assert reader.has("heard") > before
    assert reader.page.evaluate("window.shown.every(({ silent }) => silent)")
    reader.page.evaluate("window.shown.at(-1).dispatchEvent(new Event('click'))")
    expect(reader.page.locator(".message[data-linked] [data-part=body]")).to_have_text("Number 5")
    reader.looks_back()
    wait_until(lambda: reader.has("shown.at(-1).closed"))
    reader.looks_away()
    writer.sends_and_waits("Afresh")
    wait_until(lambda: reader.has("shown.at(-1).body") == "Afresh")


def test_a_message_that_arrives_before_the_panels_is_notified_of(
    new_context, shared_node, room, writer
):
    context = new_context(base_url=shared_node.url)
    context.add_init_script(WORLD)
    reader = Reader(context.new_page()).opens(room).chooses("Every message")
    held = []
    reader.page.route("**/panels.*.js", lambda route: held.append(route))
    reader.page.reload()
    expect(reader.page.locator("[data-chat]")).to_have_attribute("data-connection", "connected")
    reader.page.evaluate("window.permission = 'granted'")
    reader.looks_away()

    writer.sends_and_waits("Early")
    reader.sees("Early")
    [panels] = held
    panels.continue_()

    reader.is_notified_of([heading(reader, "Bob in {room}: Early")])


def test_a_preference_belongs_to_a_room_and_its_tabs_notify_once(reader, writer, enter):
    reader.chooses("Every message")
    tabs = [reader, reader.another_tab()]
    elsewhere = reader.another_tab("/r/elsewhere/")
    neighbour = enter("/r/elsewhere/")
    for page in (*tabs, elsewhere):
        page.page.evaluate("window.permission = 'granted'")
        page.looks_away()

    neighbour.sends_and_waits("Not chosen")
    elsewhere.sees("Not chosen")
    writer.sends_and_waits("One")
    wait_until(lambda: notified(tabs) == ["One"])
    tabs[1].looks_back()
    writer.sends_and_waits("Somebody looks")
    tabs[1].sees("Somebody looks")
    tabs[1].looks_away()
    writer.sends_and_waits("Two")

    wait_until(lambda: notified(tabs) == ["One", "Two"])
    assert elsewhere.has("shown") == []


def notified(tabs):
    """The texts that all tabs have shown, in order of seq."""
    shown = [notice for tab in tabs for notice in tab.has("shown")]
    return [notice["body"] for notice in sorted(shown, key=lambda notice: notice["data"]["url"])]


@pytest.mark.parametrize(
    ("given", "words"), [("denied", "Notifications are blocked"), ("default", "aren't allowed")]
)
def test_a_denied_permission_is_explained_and_the_sound_still_works(reader, writer, given, words):
    reader.page.evaluate("(given) => (window.answer = given)", given)

    reader.chooses("Every message", sound=True)
    reader.opens_from_the_menu("Notifications")
    expect(reader.dialog.get_by_role("status")).to_contain_text(words)
    reader.page.keyboard.press("Escape")
    heard = reader.has("heard")
    reader.looks_away()
    writer.sends_and_waits("Listen")

    wait_until(lambda: reader.has("heard") > heard)
    assert reader.has("shown") == []


# As Android's Chrome: a page may not notify, its service worker may.
ANDROID = """
    window.shown = [];
    window.Notification = class {
        static permission = "granted";
        constructor() { throw new TypeError("Illegal constructor."); }
    };
    const worker = window.ServiceWorkerRegistration?.prototype ?? {}; // an empty page has none
    worker.showNotification = async (title, options) => window.shown.push({ title, ...options });
"""


def test_a_page_that_cannot_notify_uses_its_service_worker(new_context, shared_node, room, writer):
    context = new_context(base_url=shared_node.url, service_workers="allow")
    context.add_init_script(ANDROID)
    reader = Reader(context.new_page()).opens(room).chooses("Every message")
    reader.looks_away()

    writer.sends_and_waits("Hello")

    reader.is_notified_of([heading(reader, "Bob in {room}: Hello")])
    assert reader.has("shown[0].data.url") == f"{shared_node.url}{room}#1"


def test_notifications_are_set_by_keyboard(reader):
    opener = reader.page.get_by_role("button", name="Notifications")
    opener.focus()
    reader.page.keyboard.press("Enter")
    expect(reader.dialog).to_be_visible()
    reader.page.keyboard.press("Tab")
    expect(reader.dialog.get_by_role("radio", name="Nothing")).to_be_focused()

    reader.page.keyboard.press("ArrowDown")

    wait_until(lambda: reader.has("asked") == 1)
    reader.page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(opener).to_have_attribute("data-on", "")
    reader.reloads()
    opener.click()
    expect(reader.dialog.get_by_role("radio", name="Mentions of me")).to_be_checked()


@pytest.mark.screenshots
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_screenshots_of_the_notification_settings(
    new_context, shared_node, room, shoot, scheme, device
):
    context = new_context(base_url=shared_node.url, color_scheme=scheme, **device)
    context.add_init_script(WORLD + "window.answer = 'denied';")
    reader = Reader(context.new_page()).opens(room)
    look = f"{'phone' if device is PHONE else 'desktop'}-{scheme}"

    reader.chooses("Every message")
    reader.opens_from_the_menu("Notifications")

    expect(reader.dialog.get_by_role("status")).to_contain_text("Notifications are blocked")
    shoot(reader, f"{look}-notifications")
