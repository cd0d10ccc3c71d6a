"""The page in a browser without JavaScript."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from testing import processes
from testing.person import DESKTOP, PHONE
from tests.browser.test_hostile_text import CORPUS

LOOKS = {
    "phone-light": (PHONE, "light"),
    "phone-dark": (PHONE, "dark"),
    "desktop-light": (DESKTOP, "light"),
    "desktop-dark": (DESKTOP, "dark"),
}


@pytest.fixture
def visit(new_context, shared_node, room):
    """Open a room without JavaScript; returns the page."""

    def visit(path=room, *, node=shared_node, **options):
        context = new_context(base_url=node.url, java_script_enabled=False, **options)
        page = context.new_page()
        page.goto(path)
        return page

    return visit


def send(page, text):
    page.get_by_role("textbox", name="Message to").fill(text)
    page.get_by_role("button", name="Send").click()


def bodies(page):
    return page.locator(".message__body")


def test_a_message_sent_without_javascript_reaches_everybody(visit, writer, bob):
    writer.sends_and_waits("Is anybody here?")
    page = visit()
    expect(bodies(page)).to_have_text(["Is anybody here?"])

    send(page, "Yes,\nwithout scripts")

    expect(bodies(page)).to_have_text(["Is anybody here?", "Yes,\nwithout scripts"])
    expect(page.locator(".message[data-mine]")).to_have_count(1)
    bob.sees_exactly(["Is anybody here?", "Yes,\nwithout scripts"])
    page.reload()
    expect(bodies(page)).to_have_count(2)


def test_a_form_sent_twice_posts_once(visit):
    page = visit()
    form = form_of(page) | {"body": "Once"}

    for _ in range(2):
        page.request.post(page.url + "say/", form=form)

    page.reload()
    expect(bodies(page)).to_have_text(["Once"])


def test_another_text_in_an_old_form_is_a_new_message_and_posted_once(visit):
    page = visit()
    form = form_of(page)
    send(page, "One")

    for _ in range(2):
        again = page.request.post(page.url + "say/", form=form | {"body": "Two"})
        assert again.ok

    page.reload()
    expect(bodies(page)).to_have_text(["One", "Two"])


def test_a_name_that_was_not_asked_for_does_not_change(visit):
    page = visit()
    form = form_of(page)
    send(page, "I keep my name")
    kept = page.get_by_role("textbox", name="Your name").input_value()

    page.request.post(page.url + "say/", form=form | {"body": "No name"})
    page.request.post(page.url + "say/", form=form | {"body": "An empty one", "name": " "})

    page.reload()
    expect(page.get_by_role("textbox", name="Your name")).to_have_value(kept)
    expect(bodies(page)).to_have_count(3)


def test_a_name_is_changed_with_the_message(visit, bob):
    page = visit()
    page.get_by_role("textbox", name="Your name").fill("<b>Ada</b>")

    send(page, "It is me")

    expect(page.get_by_role("textbox", name="Your name")).to_have_value("<b>Ada</b>")
    expect(bob.message("It is me").locator("[data-part=author]")).to_have_text("<b>Ada</b>")


def test_a_refusal_is_shown_and_the_text_stays_in_the_form(visit):
    page = visit()
    page.get_by_role("textbox", name="Your name").fill("A\u202eda")

    send(page, "A text worth keeping")

    expect(page.get_by_role("alert")).to_contain_text("Not sent: A name can't contain")
    expect(page.get_by_role("textbox", name="Message to")).to_have_value("A text worth keeping")
    page.get_by_role("textbox", name="Your name").fill("Ada")
    send(page, "x" * 4001)
    expect(page.get_by_role("alert")).to_contain_text("up to 4000 characters")
    send(page, "Short")
    expect(bodies(page)).to_have_text(["Short"])


def test_a_sender_that_is_too_fast_in_the_lobby_is_asked_to_wait(visit):
    with processes.chat_node(MESSAGE_RATE=0.01, MESSAGE_BURST=1) as slow:
        page = visit("/", node=slow)
        send(page, "One")
        assert page.url == f"{slow.url}/"

        send(page, "Two")

        expect(page.get_by_role("alert")).to_contain_text("too fast. Try again in")
        expect(bodies(page)).to_have_text(["One"])


def test_a_message_is_answered_edited_and_deleted(visit, writer):
    writer.sends_and_waits("Is anybody here?")
    page = visit()

    open_message(page, "Is anybody here?")
    page.get_by_role("button", name="thumbs up").click()
    open_message(page, "Is anybody here?")
    page.get_by_role("link", name="Reply").click()
    send(page, "Yess")

    expect(page.locator(".message__quote")).to_have_text(re.compile("Is anybody here"))
    expect(page.locator(".message__reaction")).to_have_text(re.compile("1"))
    open_message(page, "Yess")
    page.get_by_label("Edit your message").fill("Yes")
    page.get_by_role("button", name="Save").click()
    expect(bodies(page)).to_have_text(["Is anybody here?", "Yes"])
    expect(page.get_by_text("edited")).to_be_visible()
    open_message(page, "Yes")
    page.get_by_text("Delete your message").click()
    page.get_by_role("button", name="Delete").click()
    expect(bodies(page)).to_have_text(["Is anybody here?", "Message deleted"])


def test_an_edit_that_is_too_fast_stays_in_its_form(visit):
    with processes.chat_node(MESSAGE_RATE=0.01, MESSAGE_BURST=1) as slow:
        page = visit("/", node=slow)
        send(page, "One")
        open_message(page, "One")
        page.get_by_label("Edit your message").fill("Two")

        page.get_by_role("button", name="Save").click()

        expect(page.get_by_role("alert")).to_contain_text("too fast. Try again in")
        expect(page.get_by_label("Edit your message")).to_have_value("Two")


def open_message(page, text):
    page.locator(".message").filter(has=page.get_by_text(text, exact=True)).get_by_role(
        "link", name="React, reply or change"
    ).click()


def test_a_form_from_another_site_is_refused(visit):
    page = visit()
    form = form_of(page) | {"body": "Hello"}
    del form["csrfmiddlewaretoken"]

    refused = page.request.post(page.url + "say/", form=form)

    assert refused.status == 403
    assert "Allow cookies for this site" in refused.text()


def test_a_refused_form_links_to_older_messages_too(visit, writer):
    writer.sends_many([f"Message {number}" for number in range(40)])
    page = visit()
    send(page, "x" * 4001)
    expect(page.get_by_role("alert")).to_contain_text("up to 4000 characters")

    page.get_by_role("link", name="Earlier messages").click()

    expect(page.get_by_text("Message 0", exact=True)).to_be_visible()


def test_links_can_be_followed(visit, writer):
    writer.sends_and_waits("Look: https://example.org/a?b=c <b>")

    link = visit().locator(".message__body a")

    expect(link).to_have_text("https://example.org/a?b=c")
    expect(link).to_have_attribute("href", "https://example.org/a?b=c")


def test_an_invalid_date_is_refused_beside_the_form(visit, writer, room):
    writer.sends_and_waits("Still here")

    page = visit(f"{room}at/?date=tomorrow")

    form = page.locator("form", has=page.get_by_label("Jump to a date"))
    expect(form.get_by_role("alert")).to_have_text("That is not a valid date.")
    expect(bodies(page)).to_have_text(["Still here"])


def test_days_are_in_the_pages_language_and_times_have_their_zone(visit, writer):
    writer.sends_and_waits("Today")
    page = visit()
    [day] = page.locator(".day time").all()
    [time] = page.locator(".message__meta time").all()

    posted = datetime.fromisoformat(time.get_attribute("datetime"))

    assert posted.utcoffset() == timedelta()
    assert time.text_content() == f"{posted:%H:%M} UTC"
    assert day.get_attribute("datetime") == f"{posted:%Y-%m-%d}"
    assert day.text_content() == f"{posted.day} {posted:%B %Y}"


def test_the_invitation_link_and_the_rooms_are_on_the_page(visit, room):
    page = visit()
    link = f"http://chat.example{room}"  # with the PUBLIC_URL of shared_node
    lobby = f"{page.url.removesuffix(room)}/"
    page.locator("summary").click()
    expect(page.get_by_role("link", name=link)).to_have_attribute("href", link)

    rooms = page.get_by_role("navigation", name="Rooms")
    rooms.get_by_role("link", name="Lobby").click()

    assert page.url == lobby
    page.locator("summary").click()
    expect(rooms.get_by_role("link", name="Lobby")).to_have_attribute("aria-current", "page")
    rooms.get_by_role("link", name="New room").click()
    expect(page.get_by_role("textbox", name="New room")).to_be_visible()


def test_a_low_screen_has_space_for_the_conversation_and_no_button_without_effect(visit, writer):
    writer.sends_and_waits("Is anybody here?")
    page = visit(viewport={"width": 640, "height": 360})

    assert page.get_by_role("log").bounding_box()["height"] > 100
    expect(page.locator(".bar button:visible")).to_have_count(0)


def test_every_hostile_text_is_shown_as_it_was_typed(visit, writer):
    writer.sends_many(CORPUS)

    page = visit()

    assert bodies(page).all_text_contents() == CORPUS
    expect(bodies(page).locator(":not(a)")).to_have_count(0)
    hrefs = bodies(page).locator("a").evaluate_all("all => all.map((link) => link.href)")
    assert all(re.match("https?://|mailto:", href) for href in hrefs)


def test_the_latest_message_is_in_sight_in_every_look(visit, writer, shoot):
    writer.sends_many([f"Line {number} of a long story" for number in range(50)])
    for look, (device, scheme) in LOOKS.items():
        page = visit(color_scheme=scheme, **device)
        expect(bodies(page).last).to_be_in_viewport()
        expect(bodies(page)).to_have_count(30)
        send(page, f"I see it: {look}")
        expect(bodies(page).last).to_be_in_viewport()
        shoot(page, f"{look}-without-javascript")


def test_with_javascript_the_fallbacks_are_hidden(alice):
    alice.sends_and_waits("Hello")

    alice.reloads()

    expect(alice.page.locator(".plain, noscript *")).to_have_count(0)
    expect(alice.page.locator(".message__body")).to_have_count(1)


def form_of(page):
    """The fields that the form would post."""
    fields = page.locator("form.composer [name], [form=composer]")
    return {field.get_attribute("name"): field.input_value() for field in fields.all()}
