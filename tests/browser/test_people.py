"""The people here, their names, and who is typing."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from testing.person import PHONE


def test_everyone_sees_who_is_here(alice, bob):
    for person in (alice, bob):
        expect(person.page.locator(".person")).to_have_count(2)
        expect(person.page.locator(".person").first).to_contain_text("you")
        expect(person.status).to_have_text(re.compile("2 people here"))

    bob.page.close()

    expect(alice.page.locator(".person")).to_have_count(1)
    expect(alice.status).to_have_text(re.compile("Only you are here"))


def test_a_new_name_reaches_the_others(alice, bob):
    alice.renames("Ada L.")

    expect(alice.page.locator("[data-name-shown]")).to_have_text("Ada L.")
    expect(bob.page.locator(".person", has_text="Ada L.")).to_be_visible()
    alice.sends("It is me")
    expect(bob.message("It is me").locator("[data-part=author]")).to_have_text("Ada L.")


def test_a_new_name_is_remembered(alice):
    with alice.page.expect_response("**/name/") as remembered:
        alice.renames("Ada L.")
    assert remembered.value.ok

    alice.reloads()

    expect(alice.page.locator("[data-name-shown]")).to_have_text("Ada L.")


def test_a_refused_name_is_explained_and_can_be_corrected(alice):
    field = alice.page.get_by_role("textbox", name="Your name")
    field.fill("x" * 33)
    field.press("Enter")

    error = alice.page.get_by_role("alert")
    expect(error).to_contain_text("32")
    expect(field).to_be_focused()
    field.fill("Short")
    field.press("Enter")
    expect(alice.page.locator("[data-name-shown]")).to_have_text("Short")


def test_escape_leaves_the_name_as_it_was(alice):
    alice.sends_and_waits("Hello")
    before = alice.page.locator("[data-name-shown]").inner_text()
    alice.page.get_by_role("button", name="Change your name").click()
    alice.page.get_by_role("textbox", name="Your name").fill("Somebody else")
    alice.page.keyboard.press("Escape")

    expect(alice.field).to_be_focused()
    expect(alice.page.locator("[data-name-shown]")).to_have_text(before)


def test_typing_is_shown_to_others_and_ends(alice, bob):
    alice.renames("Ada")
    expect(bob.page.locator(".person", has_text="Ada")).to_be_visible()
    line = bob.page.locator("[data-typing]")

    alice.field.press_sequentially("Well")

    expect(line).to_have_text(re.compile("Ada.* is typing"))
    expect(alice.page.locator("[data-typing-label]")).to_have_text("")
    expect(line).to_have_text("")


def test_the_people_are_a_drawer_on_a_phone(enter):
    carol = enter(**PHONE)
    people = carol.page.get_by_role("complementary", name="People here")
    button = carol.page.get_by_role("button", name="People here")
    expect(people).to_be_hidden()

    button.tap()
    expect(people).to_be_visible()
    expect(people.locator(".person")).to_have_count(1)
    carol.page.keyboard.press("Escape")

    expect(people).to_be_hidden()
    expect(button).to_be_focused()
    button.tap()
    people.get_by_role("button", name="Close").tap()
    expect(people).to_be_hidden()


def test_nothing_is_wider_than_a_phone(enter):
    carol = enter(**PHONE)
    carol.sends("Averyverylongword" * 20)
    carol.sees("Averyverylongword" * 20)

    assert size_of(carol, "html") == (360, 740)
    assert size_of(carol, "[data-stream]")[0] == 360


def size_of(person, selector):
    """Including what can be scrolled into view."""
    element = person.page.locator(selector)
    return tuple(element.evaluate("element => [element.scrollWidth, element.scrollHeight]"))


def test_a_person_who_is_typing_is_shown_until_the_server_reports_otherwise(carol_and_wire):
    carol, wire = carol_and_wire
    line = carol.page.locator("[data-typing]")
    carol.page.clock.install()
    wire.send({"type": "typing", "people": [{"author_id": "ada", "name": "Ada"}]})
    expect(line).to_have_text(re.compile("Ada.* is typing"))

    carol.page.clock.fast_forward(40_000)

    expect(line).to_have_text(re.compile("Ada.* is typing"))
    wire.send({"type": "typing", "people": []})
    expect(line).to_have_text("")


def test_two_people_with_one_name_have_tags(alice, bob, enter):
    alice.renames("Ada")
    alice.sends_and_waits("I am Ada")
    bob.sees("I am Ada")
    mark = bob.message("I am Ada").locator("[data-part=mark]")
    expect(mark).to_be_hidden()

    carol = enter()
    carol.renames("ÀDA")  # looks nearly the same

    expect(mark).to_be_visible()
    carol.sends_and_waits("No, I am")
    other = bob.message("No, I am").locator("[data-part=mark]")
    expect(other).to_be_visible()
    assert other.text_content() != mark.text_content()


def test_people_who_join_and_leave_are_shown_but_not_announced(alice, enter):
    said = alice.page.get_by_role("status").filter(has_text="Connected")
    expect(alice.status).to_contain_text("Only you are here")
    expect(said).to_have_text("Connected")

    enter()

    expect(alice.status).to_contain_text("2 people here")
    expect(said).to_have_text("Connected")
