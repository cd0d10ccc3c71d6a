"""Choosing an emoji, and what is loaded for that, and when."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE
from testing.waiting import wait_until

DEVICES = {"phone": PHONE, "desktop": DESKTOP}


class Picker:
    def __init__(self, person):
        self.person = person
        self.page = person.page
        self.opener = person.page.locator("[data-emoji-opener]")
        self.dialog = person.page.locator(".emoji-picker")
        self.search = self.dialog.locator("input[type=search]")
        self.options = self.dialog.locator("[role=option]:visible")
        self.status = self.dialog.get_by_role("status")

    def opens(self):
        self.opener.click()
        expect(self.options).not_to_have_count(0)
        return self

    def option(self, name):
        return self.dialog.get_by_role("option", name=name, exact=True).first

    def tone(self, name):
        return self.dialog.get_by_role("radio", name=name, exact=True)


def emoji_requests(person):
    asked = []
    person.page.on("request", lambda request: asked.append(request.url))
    return lambda: [url for url in asked if "/emoji/" in url]


@pytest.mark.parametrize("device", DEVICES)
def test_a_chosen_emoji_is_inserted_at_the_cursor(enter, device):
    ada = enter(**DEVICES[device])
    ada.writes("Well done!")
    ada.field.evaluate("field => field.setSelectionRange(9, 9)")
    picker = Picker(ada).opens()

    picker.option("thumbs up").click()

    expect(picker.dialog).to_be_hidden()
    expect(ada.field).to_be_focused()
    expect(ada.field).to_have_value("Well done👍!")
    ada.sends_and_waits(ada.field.input_value() + " Yes")


def test_the_picker_is_used_by_keyboard_alone(alice):
    picker = Picker(alice)
    alice.field.focus()
    alice.page.keyboard.press("Tab")
    expect(picker.opener).to_be_focused()

    alice.page.keyboard.press("Enter")
    expect(picker.search).to_be_focused()
    alice.page.keyboard.type("heart")
    expect(picker.status).to_have_text(re.compile(r"^\d+ emoji$"))
    first = picker.options.first
    expect(first).to_have_accessible_name("red heart")
    alice.page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    alice.page.keyboard.press("ArrowRight")
    expect(picker.options.nth(1)).to_be_focused()
    chosen = picker.options.nth(1).text_content()
    alice.page.keyboard.press("Enter")

    expect(alice.field).to_be_focused()
    expect(alice.field).to_have_value(chosen)


def test_enter_in_the_search_chooses_the_first_and_arrows_lead_back_to_it(alice):
    picker = Picker(alice).opens()
    alice.page.keyboard.press("ArrowDown")
    expect(picker.options.first).to_be_focused()
    alice.page.keyboard.press("ArrowUp")
    expect(picker.search).to_be_focused()
    alice.page.keyboard.press("ArrowDown")
    alice.page.keyboard.type("unicorn")
    expect(picker.search).to_have_value("unicorn")

    alice.page.keyboard.press("Enter")

    expect(alice.field).to_have_value("🦄")


@pytest.mark.parametrize("how", ["Escape", "a click beside it", "its button"])
def test_closing_the_picker_returns_the_focus(alice, how):
    picker = Picker(alice).opens()

    if how == "Escape":
        alice.page.keyboard.press("Escape")
    elif how == "its button":
        picker.dialog.get_by_role("button", name="Close").click()
    else:
        alice.page.mouse.click(400, 300)

    expect(picker.dialog).to_be_hidden()
    expect(picker.opener).to_be_focused()
    expect(alice.field).to_have_value("")


def test_recently_used_emoji_come_first_also_after_a_reload(alice):
    picker = Picker(alice).opens()
    expect(picker.options.first).to_have_accessible_name("grinning face")
    picker.option("thumbs up").click()
    picker.opens().option("folded hands").click()

    alice.reloads()
    picker.opens()

    expect(picker.dialog.get_by_role("group").first).to_have_accessible_name("Recently used")
    expect(picker.options.nth(0)).to_have_accessible_name("folded hands")
    expect(picker.options.nth(1)).to_have_accessible_name("thumbs up")


def test_a_skin_tone_holds_for_all_hands_and_people_also_after_a_reload(alice):
    picker = Picker(alice).opens()
    expect(picker.tone("No skin tone")).to_be_checked()

    picker.tone("medium skin tone").check()

    expect(picker.option("thumbs up")).to_have_text("👍🏽")
    expect(picker.option("people holding hands").last).to_have_text("🧑🏽‍🤝‍🧑🏽")
    expect(picker.option("grinning face")).to_have_text("😀")
    alice.reloads()
    picker.opens()
    expect(picker.tone("medium skin tone")).to_be_checked()
    picker.option("thumbs up").click()
    expect(alice.field).to_have_value("👍🏽")


def test_the_search_says_when_nothing_is_found(alice):
    picker = Picker(alice).opens()

    picker.search.fill("qqqq")

    expect(picker.status).to_have_text("No emoji found")
    expect(picker.options).to_have_count(0)
    expect(picker.dialog.get_by_text("No emoji found").last).to_be_visible()


def test_names_are_searched_in_the_language_of_the_page_and_in_english(enter):
    ute = enter(locale="de")
    picker = Picker(ute).opens()

    for query in ("daumen hoch", "thumbsup"):
        picker.search.fill(query)
        expect(picker.options.first).to_have_accessible_name("daumen hoch")


def test_from_right_to_left_the_left_arrow_leads_on(enter):
    noura = enter(locale="ar")
    picker = Picker(noura).opens()
    noura.page.keyboard.press("ArrowDown")

    noura.page.keyboard.press("ArrowLeft")

    expect(picker.options.nth(1)).to_be_focused()


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_the_picker_is_beside_its_button_on_a_desktop(enter, locale):
    ada = enter(locale=locale)
    picker = Picker(ada).opens()
    box, opener = picker.dialog.bounding_box(), picker.opener.bounding_box()

    assert box["y"] >= 0
    assert 0 <= opener["y"] - (box["y"] + box["height"]) <= 16
    assert box["x"] <= opener["x"] <= box["x"] + box["width"]


def test_the_picker_is_a_sheet_with_large_targets_on_a_phone(enter):
    ada = enter(**PHONE)
    picker = Picker(ada).opens()
    box = picker.dialog.bounding_box()
    targets = [picker.options.first, picker.tone("No skin tone").locator(".."), picker.opener]
    sizes = [target.bounding_box() for target in targets]

    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 360, 740)
    assert all(size["width"] >= 44 and size["height"] >= 44 for size in sizes), sizes
    expect(picker.search).not_to_be_focused()  # it would bring up the keyboard


def test_nothing_is_loaded_for_emoji_before_they_are_used(alice):
    asked = emoji_requests(alice)
    alice.reloads()
    alice.field.press_sequentially("Hello, at 5 pm?")
    assert not asked()

    Picker(alice).opens()

    assert len([url for url in asked() if ".json" in url]) == 1
    alice.field.evaluate("field => field.value = ''")
    alice.page.keyboard.press("Escape")
    alice.field.press_sequentially(":thumb")
    expect(alice.page.locator("[data-emoji-suggestions] li").first).to_be_visible()
    assert len([url for url in asked() if ".json" in url]) == 1


def test_a_picker_that_could_not_load_says_so_and_tries_again(alice):
    alice.page.route("**/emoji/*.json*", lambda route: route.abort("connectionrefused"))
    picker = Picker(alice)
    picker.opener.click()
    expect(picker.status).to_have_text("Couldn't load the emoji. Try again in a moment.")
    alice.page.unroute_all()
    alice.page.keyboard.press("Escape")

    picker.opens().option("thumbs up").click()

    expect(alice.field).to_have_value("👍")


def test_opening_again_while_the_emoji_are_loading_draws_them_once(alice):
    held = []
    alice.page.route("**/emoji/*.json*", lambda route: held.append(route))
    picker = Picker(alice)
    picker.opener.dblclick()
    expect(picker.status).to_have_text("Loading…")
    alice.page.keyboard.press("Escape")
    expect(picker.dialog).to_be_hidden()
    picker.opener.click()
    expect(picker.dialog).to_be_visible()

    wait_until(lambda: alice.page.wait_for_timeout(20) or held)
    held.pop().continue_()

    expect(picker.option("thumbs up")).to_be_attached()
    expect(picker.dialog.get_by_role("radio")).to_have_count(6)
    assert not held


def test_emoji_of_a_version_that_the_fonts_lack_are_left_out(alice):
    rows = [["✋", "drawn", "", "", 0.6], ["\U0001fbff", "old", "", "", 12]]
    newer = [["\U0001fbff", "empty box", "", "", 99], ["🍕\u200d🚀", "two for one", "", "", 99.1]]
    catalog = {"groups": [["Some", rows + newer]], "tones": []}
    alice.page.route("**/emoji/*.json*", lambda route: route.fulfill(json=catalog))

    picker = Picker(alice).opens()

    names = [option.get_attribute("aria-label") for option in picker.options.all()]
    assert names == ["drawn", "old"]


def test_the_button_is_left_out_where_it_could_do_nothing(new_context, shared_node, room):
    context = new_context(base_url=shared_node.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(room)

    expect(page.get_by_role("button", name="Send")).to_be_visible()
    expect(page.locator("[data-emoji-opener]")).to_be_hidden()
