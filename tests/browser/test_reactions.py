"""Reactions below a message: setting them, their names, and who reacted."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import PHONE
from tests.browser.commands import post, react
from tests.browser.test_scrolling import HISTORY, offset_of, scroll_to

THUMB = "👍"


@pytest.fixture
def ada(enter):
    return named(enter(), "Ada")


@pytest.fixture
def bob(enter):
    return named(enter(), "Bob")


@pytest.fixture
def writer(writer):
    writer.renames("Bob")
    return writer


def named(person, name):
    person.renames(name)
    expect(person.page.locator("[data-name-shown]")).to_have_text(name)
    return person


def chips_of(person, text):
    return person.message(text).locator("[data-action=react]")


def chip(person, text, emoji=THUMB):
    return person.message(text).locator(f".message__reaction[data-emoji='{emoji}']")


def test_a_click_on_a_reaction_sets_and_removes_ones_own(ada, bob):
    seq = post(ada, "Agreed?")
    react(ada, seq, THUMB)
    theirs = chip(bob, "Agreed?")
    expect(theirs).to_have_text(f"{THUMB}1")
    expect(theirs).to_have_attribute("aria-pressed", "false")

    theirs.click()

    expect(theirs).to_have_attribute("aria-pressed", "true")
    expect(theirs).to_have_text(f"{THUMB}2")
    expect(chip(ada, "Agreed?")).to_have_text(f"{THUMB}2")
    theirs.click()
    expect(theirs).to_have_attribute("aria-pressed", "false")
    expect(chip(ada, "Agreed?")).to_have_text(f"{THUMB}1")


def test_the_focus_stays_at_the_message_whose_last_reaction_is_removed(ada, bob):
    seq = post(ada, "Agreed?")
    react(bob, seq, THUMB)
    chip(bob, "Agreed?").focus()

    bob.page.keyboard.press("Enter")

    expect(chips_of(bob, "Agreed?")).to_have_count(0)
    expect(bob.message("Agreed?").locator(".message__reactions")).to_be_hidden()
    expect(bob.message("Agreed?")).to_be_focused()


def test_a_reaction_has_a_name_in_the_language_of_the_page(enter, ada, room):
    seq = post(ada, "Agreed?")
    for emoji in (THUMB, "🎉"):
        react(ada, seq, emoji)
    bob = enter(locale="de")
    mine, other = chip(ada, "Agreed?"), chip(bob, "Agreed?")
    expect(other).to_have_accessible_name(f"{THUMB}, 1")

    mine.hover()
    other.hover()

    expect(mine).to_have_accessible_name("thumbs up, 1, you reacted")
    expect(other).to_have_accessible_name("daumen hoch, 1")
    expect(chip(ada, "Agreed?", "🎉")).to_have_accessible_name("party popper, 1, you reacted")


def test_only_the_reactions_to_the_message_with_the_focus_are_tab_stops(ada):
    for text in ("One", "Two"):
        react(ada, post(ada, text), THUMB)
    ada.page.locator("[data-stream]").focus()
    ada.page.keyboard.press("Enter")
    expect(ada.message("Two")).to_be_focused()

    expect(chip(ada, "Two")).to_have_attribute("tabindex", "0")
    expect(chip(ada, "One")).to_have_attribute("tabindex", "-1")
    ada.page.keyboard.press("ArrowUp")
    expect(chip(ada, "Two")).to_have_attribute("tabindex", "-1")
    react(ada, int(ada.message("One").get_attribute("data-seq")), "🎉")
    expect(chip(ada, "One", "🎉")).to_have_attribute("tabindex", "0")


def test_another_reaction_is_chosen_in_the_picker(ada, bob):
    react(ada, post(ada, "Agreed?"), THUMB)
    add = bob.message("Agreed?").get_by_role("button", name="Add a reaction")

    add.click()
    bob.page.get_by_role("option", name="party popper", exact=True).first.click()

    expect(chip(bob, "Agreed?", "🎉")).to_have_attribute("aria-pressed", "true")
    expect(chip(ada, "Agreed?", "🎉")).to_have_text("🎉1")


@pytest.mark.parametrize("way", ["pointer", "keyboard"])
def test_the_names_of_those_who_reacted_are_shown_beside_a_reaction(ada, writer, way):
    seq = post(ada, "Agreed?")
    react(writer, seq, THUMB)
    react(ada, seq, THUMB)
    reaction, names = chip(ada, "Agreed?"), ada.page.get_by_role("tooltip")
    expect(reaction).to_have_text(f"{THUMB}2")

    if way == "pointer":
        reaction.hover()
    else:
        ada.page.locator("[data-stream]").focus()
        ada.page.keyboard.press("Enter")
        expect(ada.message("Agreed?")).to_be_focused()
        for _stop in range(9):
            ada.page.keyboard.press("Tab")
            if reaction.evaluate("chip => chip === document.activeElement"):
                break
        expect(reaction).to_be_focused()

    expect(names).to_have_text("You and \u2068Bob\u2069")
    expect(reaction).to_have_accessible_description("You and \u2068Bob\u2069")
    react(writer, seq, THUMB, on=False)
    expect(names).to_have_text("You")
    ada.page.keyboard.press("Escape")
    expect(names).to_be_hidden()
    expect(ada.message("Agreed?")).to_be_in_viewport()


def test_the_names_of_people_who_are_not_here_are_asked_for(ada, bob, enter):
    seq = post(ada, "Agreed?")
    carol = named(enter(), "Carol")
    react(carol, seq, THUMB)
    carol.page.close()
    asked = []
    bob.page.on("request", lambda request: asked.append(request.url))
    expect(bob.page.locator("[data-people-list]").get_by_text("Carol")).to_have_count(0)

    chip(bob, "Agreed?").hover()

    expect(bob.page.get_by_role("tooltip")).to_have_text("\u2068Carol\u2069")
    assert len([url for url in asked if "/reactions/" in url]) == 1


def test_a_long_press_shows_the_names_and_is_no_click(ada, enter):
    react(ada, post(ada, "Agreed?"), THUMB)
    phone = enter(**PHONE)
    reaction, names = chip(phone, "Agreed?"), phone.page.get_by_role("tooltip")
    box = reaction.bounding_box()
    touch = phone.page.context.new_cdp_session(phone.page)
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}

    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    expect(names).to_have_text("\u2068Ada\u2069")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    expect(reaction).to_have_text(f"{THUMB}1")
    expect(names).to_be_visible()
    phone.page.get_by_text("Agreed?", exact=True).tap()
    expect(names).to_be_hidden()
    reaction.tap()
    expect(reaction).to_have_text(f"{THUMB}2")


def test_a_reader_in_the_middle_stays_there_while_others_react(enter, writer):
    writer.sends_many(HISTORY)
    reader = enter()
    reader.sees(HISTORY[-1])
    scroll_to(reader, HISTORY[-20])
    here = int(reader.message(HISTORY[-20]).get_attribute("data-seq"))
    before = offset_of(reader, HISTORY[-19])

    for seq in (here - 3, here - 1, here):
        react(writer, seq, THUMB)
        expect(chip(reader, HISTORY[-20 + seq - here])).to_be_attached()

    assert abs(offset_of(reader, HISTORY[-19]) - before) <= 1


def test_reactions_to_a_message_that_fills_the_screen_do_not_move_its_text(enter, writer):
    writer.sends_many([*HISTORY[:60], "a\n" * 200 + "The end", *HISTORY[60:80]])
    reader = enter()
    reader.sees(HISTORY[79])
    tall = reader.messages.filter(has_text="The end")
    tall.get_by_role("button").filter(has_text="Show all").click()
    tall.evaluate("e => { e.scrollIntoView({block: 'start'}); }")
    reader.page.locator("[data-stream]").evaluate("s => { s.scrollTop += 600; }")
    before = tall.bounding_box()["y"]
    seq = int(tall.get_attribute("data-seq"))

    react(writer, seq, THUMB)

    expect(tall.locator("[data-action=react]")).to_have_count(1)
    assert abs(tall.bounding_box()["y"] - before) <= 1


def test_reactions_to_ones_own_messages_are_announced_sparingly(ada, writer):
    announced = ada.page.locator("[data-announcer]")
    mine = post(ada, "Agreed?")
    theirs = post(writer, "Me too")
    expect(announced).to_contain_text("Me too")
    ada.sees("Agreed?")

    react(ada, mine, "🎉")
    react(writer, theirs, "🎉")
    react(writer, mine, THUMB)

    expect(announced).to_have_text("\u2068Bob\u2069 reacted with thumbs up")
    react(writer, mine, "🎉")
    react(writer, mine, "😮")
    expect(announced).to_have_text("2 new reactions to your messages", timeout=20_000)
