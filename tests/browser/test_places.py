"""Going to a date, and to the first message since the last visit."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE, Person
from tests.browser.history import add_history
from tests.browser.test_unread import line

DEVICES = {"phone": PHONE, "desktop": DESKTOP}
ZONE = "Pacific/Auckland"  # in March a day begins at 11:00 UTC of the day before
FIRST = datetime(2025, 3, 1, 11)
HOURS = 200  # a message each, but for the day from hour 72


@pytest.fixture
def history(shared_node, room):
    hours = [hour for hour in range(HOURS) if not 72 <= hour < 96]
    add_history(
        shared_node,
        room,
        [(FIRST + timedelta(hours=hour), "Bob", f"Hour {hour}") for hour in hours],
    )


def goes_to(person, day):
    dialog = person.page.get_by_role("dialog", name="Go to a date")
    dialog.get_by_label("Jump to").fill(day)
    dialog.get_by_role("button", name="Show").click()
    expect(dialog).to_be_hidden()


def test_a_day_is_opened_by_keyboard_and_starts_in_the_readers_time_zone(history, enter, shoot):
    reader = enter(timezone_id=ZONE)
    reader.sees(f"Hour {HOURS - 1}")
    reader.page.get_by_role("button", name="Go to a date", exact=True).press("Enter")
    shoot(reader, "desktop-light-jump")
    goes_to(reader, "2025-03-03")

    expect(reader.message("Hour 24")).to_be_in_viewport()
    expect(reader.message("Hour 24")).to_be_focused()
    expect(reader.page.locator(".message[data-linked]")).to_have_count(1)
    reader.page.get_by_role("button", name="Go to a date", exact=True).click()
    goes_to(reader, "2025-03-05")
    expect(reader.message("Hour 96")).to_be_in_viewport()
    expect(reader.status).to_have_text(re.compile("No messages on 5 March 2025.* 6 March 2025"))
    reader.page.locator("[data-latest]").click()
    expect(reader.message(f"Hour {HOURS - 1}")).to_be_in_viewport()
    expect(reader.status).not_to_contain_text("No messages")
    reader.page.get_by_role("button", name="Go to a date", exact=True).click()
    goes_to(reader, "2020-01-01")
    expect(reader.message("Hour 0")).to_be_in_viewport()
    expect(reader.page.locator("[data-beginning]")).to_be_in_viewport()
    reader.page.get_by_role("button", name="Go to a date", exact=True).click()
    goes_to(reader, "2026-01-01")
    expect(reader.message(f"Hour {HOURS - 1}")).to_be_in_viewport()
    expect(reader.status).to_have_text(re.compile("No messages on or after 1 January 2026"))


def test_a_day_that_cannot_be_looked_up_is_reported_in_the_dialog(history, enter):
    reader = enter()
    reader.page.route("**/at/**", lambda route: route.fulfill(body="<p>Log in to the network"))
    reader.page.get_by_role("button", name="Go to a date", exact=True).click()
    dialog = reader.page.get_by_role("dialog", name="Go to a date")
    dialog.get_by_label("Jump to").fill("2025-03-03")
    dialog.get_by_role("button", name="Show").click()

    expect(dialog.get_by_role("alert")).to_have_text(re.compile("Couldn't load that day"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", DEVICES)
def test_the_first_of_more_unread_messages_than_a_page_is_opened_and_read_from(
    new_context, shared_node, room, writer, shoot, device, scheme
):
    context = new_context(base_url=shared_node.url, color_scheme=scheme, **DEVICES[device])
    reader = Person(context.new_page())
    writer.sends_and_waits("Seen")
    reader.opens(room).sees("Seen")
    reader.page.goto("about:blank")
    writer.sends_many([f"Line {number}" for number in range(1, 201)])
    reader.opens(room)
    reader.sees("Line 200")
    button = reader.page.get_by_role("button", name=re.compile("^200 new since .*first$"))
    expect(button).to_be_visible()
    shoot(reader, f"{device}-{scheme}-missed")
    reader.reloads()
    expect(button).to_be_visible()

    button.click()

    expect(reader.message("Line 1")).to_be_in_viewport()
    expect(reader.message("Line 1")).to_be_focused()
    expect(line(reader)).to_be_in_viewport()
    expect(button).to_be_hidden()
    while not reader.message("Line 200").count():
        reader.bodies.last.scroll_into_view_if_needed()
    reader.message("Line 200").scroll_into_view_if_needed()
    expect(reader.page.locator("[data-latest]")).to_be_hidden()
    reader.reloads()
    reader.sees("Line 200")
    writer.sends_and_waits("Live")
    reader.sees("Live")
    expect(button).to_be_hidden()


def test_the_bar_jumps_to_new_messages_above_the_screen(alice, writer, room):
    writer.sends_and_waits("Seen")
    alice.sees("Seen")
    alice.page.goto("about:blank")
    writer.sends_many([f"Line {number}" for number in range(1, 31)])
    alice.opens(room)
    bar = alice.page.locator("[data-unread-bar]")
    expect(bar).to_contain_text("30 new since")
    expect(line(alice)).not_to_be_in_viewport()
    expect(alice.page.locator("[data-announcer]")).to_contain_text("30 new since")
    alice.reloads()
    expect(bar).to_contain_text("30 new since")

    bar.get_by_role("button", name="Jump to first").click()

    expect(alice.message("Line 1")).to_be_in_viewport()
    expect(line(alice)).to_be_in_viewport()
    expect(bar).to_be_hidden()
    alice.page.keyboard.press("End")
    expect(alice.message("Line 30")).to_be_in_viewport()
    alice.reloads()
    alice.sees("Line 30")
    expect(line(alice)).to_have_count(0)


def test_new_messages_in_sight_show_no_bar(alice, writer, room):
    writer.sends_and_waits("Seen")
    alice.sees("Seen")
    alice.page.goto("about:blank")
    for number in range(3):
        writer.sends_and_waits(f"Line {number}")
    asked = []
    alice.page.on("request", lambda request: asked.append(request.url))

    alice.opens(room)

    expect(line(alice)).to_be_in_viewport()
    writer.sends_and_waits("Live")
    alice.sees("Live")
    assert not [url for url in asked if "/missed/" in url]
    alice.reloads()
    alice.sees("Live")
    expect(line(alice)).to_have_count(0)


def test_missed_messages_can_be_marked_as_read(alice, writer, room):
    writer.sends_and_waits("Seen")
    alice.sees("Seen")
    alice.page.goto("about:blank")
    writer.sends_many([f"Line {number}" for number in range(1, 101)])
    alice.opens(room)
    expect(alice.page.get_by_role("button", name=re.compile("^100 new"))).to_be_visible()

    alice.page.get_by_role("button", name="Mark as read").click()

    expect(alice.page.locator("[data-unread-bar]")).to_be_hidden()
    alice.reloads()
    alice.sees("Line 100")
    writer.sends_and_waits("Live")
    alice.sees("Live")
    expect(alice.page.locator("[data-unread-bar]")).to_be_hidden()
    expect(line(alice)).to_have_count(0)
