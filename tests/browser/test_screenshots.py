"""Screenshots of the main states, for review: var/screenshots/."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE, Person
from tests.browser.wire import Wire

CHAIRS = """Looks good to me. Two things:
1. who brings the projector?
2. do we have enough chairs? Last time we were 24 and had to borrow some from next door."""
TALK = [
    ("mara", "Morning! Did anybody see where the keys to the bike shed went?"),
    ("jonas", "On the hook behind the door, as always"),
    ("jonas", "I put the plan for Saturday here: https://example.org/saturday (still a draft)"),
    ("mara", "Thanks!"),
    ("lena", CHAIRS),
    ("jonas", "I can bring the projector, and I will ask next door"),
    ("noura", "مرحبا بالجميع، أنا قادمة يوم السبت"),
    ("mara", "Great, see you there"),
]
NAMES = {"mara": "Mara", "jonas": "Jonas W.", "lena": "Lena", "noura": "نورة"}
LOOKS = {
    "phone-light": (PHONE, "light", "I am new here. Can I bring a friend?"),
    "phone-dark": (PHONE, "dark", "Is there room for two more?"),
    "desktop-light": (DESKTOP, "light", "Hello! Shall I bring some chairs as well?"),
    "desktop-dark": (DESKTOP, "dark", "May I come a little later?"),
}


@pytest.fixture
def room():
    return "/r/street-party/"


@pytest.fixture
def people(enter):
    people = {name: enter(**PHONE) for name in NAMES}
    for key, person in people.items():
        person.renames(NAMES[key])
    return people


@pytest.fixture
def readers(new_context, shared_node):
    """A reader for each look, with their wire."""
    readers = {}
    for look, (device, scheme, _) in LOOKS.items():
        context = new_context(base_url=shared_node.url, color_scheme=scheme, **device)
        wire = Wire(context)
        readers[look] = (Person(context.new_page()), wire)
    return readers


@pytest.mark.screenshots
def test_screenshots_of_each_state(readers, people, room, shoot):
    for look, (reader, _) in readers.items():
        reader.opens("/r/book-club/")
        shoot(reader, f"{look}-empty")
        reader.opens(room)
    for author, text in TALK:
        people[author].sends_and_waits(text)

    for look, (reader, _) in readers.items():
        reader.sends_and_waits(LOOKS[look][-1])
        people["lena"].sends_and_waits("Of course!")
        people["jonas"].field.press_sequentially("The more the")
        expect(reader.page.locator("[data-typing]")).to_have_text(re.compile("typing"))
        shoot(reader, f"{look}-conversation")
        show_writing(reader, look, shoot)
        show_drawer(reader, look, shoot)

    people["mara"].sends_many([f"Line {number} of a long story" for number in range(30)])
    for reader, _ in readers.values():
        reader.sees("Line 29 of a long story")
        reader.message("Thanks!").evaluate("e => e.scrollIntoView({block: 'start'})")
        expect(reader.page.locator("[data-latest]")).to_be_visible()
    people["jonas"].sends_and_waits("Wow")
    people["jonas"].sends_and_waits("That is long")
    for look, (reader, wire) in readers.items():
        expect(reader.page.locator("[data-latest]")).to_have_text("2 new messages")
        shoot(reader, f"{look}-reading-above")
        show_disconnected(reader, wire, look, shoot)
        reader.page.goto("/r/No_Such_Room/")
        shoot(reader, f"{look}-bad-name")


def show_writing(reader, look, shoot):
    reader.page.get_by_role("button", name="Change your name").click()
    reader.writes("A longer thought.\n\nIt has two paragraphs and is not sent yet.")
    shoot(reader, f"{look}-writing")
    reader.writes("")
    reader.page.get_by_role("button", name="Cancel").click()


def show_drawer(reader, look, shoot):
    button = reader.page.get_by_role("button", name="People here")
    if button.is_visible():
        button.tap()
        shoot(reader, f"{look}-drawer")
        reader.page.keyboard.press("Escape")


def show_disconnected(reader, wire, look, shoot):
    wire.refuse = lambda post: {"code": "bad_frame", "detail": "Not now.", "retry_in_ms": None}
    reader.sends("This one is refused")
    expect(reader.message("This one is refused")).to_have_attribute("data-state", "refused")
    wire.cut()
    reader.sends("This one waits for the connection")
    expect(reader.page.locator(".composer__offline")).to_be_visible()
    shoot(reader, f"{look}-disconnected")
