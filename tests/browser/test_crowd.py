"""A long list of people, and mentioning one with a click."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE, Person
from tests.browser.wire import Wire

LONG = "Bartholomew Featherstonehaugh III"


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def crowd(request, new_context, shared_node, room):
    """A person in a room with 40 others, with the list of people open."""
    context = new_context(base_url=shared_node.url, **request.param)
    wire = Wire(context)
    reader = Person(context.new_page()).opens(room)
    wire.withheld = ("people.changed",)
    reader.sends_and_waits("Hello")
    send_people(wire, [f"Person {number}" for number in range(1, 40)] + [LONG])
    if request.param is PHONE:
        reader.page.get_by_role("button", name="People here").tap()
    expect(people(reader)).to_have_count(40)
    return reader


def send_people(wire, names):
    people = [{"author_id": f"id{place}", "name": name} for place, name in enumerate(names)]
    wire.send({"type": "people.changed", "people": people, "count": len(people)})


def people(person):
    return person.page.locator(".person:visible")


def names(person):
    return person.page.locator(".person:visible [data-part=name]")


def marks(person):
    return person.page.locator(".person__mark:visible")


def test_a_long_list_of_people_scrolls_between_its_heading_and_the_invitation(crowd):
    panel = crowd.page.get_by_role("complementary")
    head, foot = panel.get_by_role("heading"), panel.get_by_role("button", name="Invite people")
    expect(head).to_be_in_viewport(ratio=1)
    expect(foot).to_be_in_viewport(ratio=1)

    people(crowd).last.scroll_into_view_if_needed()

    expect(people(crowd).last).to_be_in_viewport(ratio=1)
    expect(head).to_be_in_viewport(ratio=1)
    expect(foot).to_be_in_viewport(ratio=1)


def test_a_long_list_of_people_is_filtered_by_a_part_of_the_name(crowd):
    search = crowd.page.get_by_role("searchbox", name="Find someone")

    search.fill("FÈATHER")
    expect(names(crowd)).to_have_text([LONG])
    search.fill("Nobody")
    expect(people(crowd)).to_have_count(0)
    expect(crowd.page.get_by_text("No one by that name")).to_be_visible()
    search.fill("")
    expect(people(crowd)).to_have_count(40)


def test_a_click_on_a_person_mentions_them_in_the_message(crowd):
    crowd.writes("Thanks,")
    row = people(crowd).filter(has_text=LONG)
    expect(row).to_have_attribute("title", f"Mention {LONG}")

    row.click()

    expect(crowd.field).to_be_focused()
    expect(crowd.field).to_have_value(f"Thanks, @{LONG} ")
    expect(crowd.page.get_by_role("option")).to_have_count(0)
    crowd.field.press("Control+Enter")
    crowd.sees(f"Thanks, @{LONG}")


def test_a_focused_row_keeps_the_focus_when_a_person_joins(carol_and_wire):
    carol, wire = carol_and_wire
    wire.withheld = ("people.changed",)
    send_people(wire, ["Ben", "Cy"])
    carol.page.get_by_role("button", name="Cy", exact=True).focus()

    send_people(wire, ["Ben", "Cy", "Ada"])

    expect(names(carol)).to_have_text(["Ada", "Ben", "Cy"])
    expect(carol.page.get_by_role("button", name="Cy", exact=True)).to_be_focused()


def test_a_short_list_has_no_filter_and_nobody_mentions_themselves(alice, bob):
    expect(people(alice)).to_have_count(2)
    expect(alice.page.get_by_role("searchbox", name="Find someone")).to_be_hidden()
    expect(people(alice).first).to_be_disabled()
    expect(people(alice).last).to_be_enabled()


def test_only_namesakes_have_tags(carol_and_wire):
    carol, wire = carol_and_wire
    wire.withheld = ("people.changed",)
    send_people(wire, ["Ada", "Ben", "Cy"])
    expect(people(carol)).to_have_count(3)
    expect(marks(carol)).to_have_count(0)

    send_people(wire, ["Ada", "Ben", "ÀDA"])

    expect(marks(carol)).to_have_count(2)


@pytest.mark.parametrize("language", ["en-GB", "ar"])
def test_a_name_that_is_too_long_keeps_its_beginning(new_context, shared_node, room, language):
    context = new_context(base_url=shared_node.url, locale=language, **DESKTOP)
    wire = Wire(context)
    wire.withheld = ("people.changed",)
    reader = Person(context.new_page()).opens(room)
    send_people(wire, [LONG])
    name = reader.page.locator(".person__name", has_text=LONG)
    expect(name).to_be_visible()

    seen, whole = name.bounding_box(), name.locator("[data-part=name]").bounding_box()

    assert whole["width"] > seen["width"], "it is cut off"
    assert whole["x"] >= seen["x"]
