"""Large text, forced colours, and the size of buttons."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE

DEVICES = {"phone": PHONE, "desktop": DESKTOP}
OVERFLOW = """Math.max(...["html", "[data-chat]", "[data-stream]"].map((selector) => {
    const element = document.querySelector(selector);
    return element.scrollWidth - element.clientWidth;
}))"""
TWICE = "document.documentElement.style.fontSize = '200%'"
TOO_SMALL = """(() => {
    const all = [...document.querySelectorAll("a[href], button, input, textarea, [role=option]")];
    const seen = { visibilityProperty: true, opacityProperty: true };
    const pressed = all.filter(
        (element) => element.checkVisibility(seen) && !element.closest("[data-part=body]"));
    const small = pressed.filter((element) => {
        const { width, height } = (element.closest("label") ?? element).getBoundingClientRect();
        return width < 24 || height < 24;
    });
    return [pressed.length, small.map((element) => element.outerHTML.slice(0, 120))];
})()"""


@pytest.mark.parametrize("device", DEVICES)
def test_every_button_and_link_is_large_enough(enter, writer, room, device):
    """WCAG 2.2, 2.5.8: 24 by 24 pixels, or as large as the text of a link within a sentence."""
    writer.sends_and_waits("Look: https://example.org")
    reader = enter(**DEVICES[device])
    reader.sends_and_waits("I see")
    found = {"conversation": reader.page.evaluate(TOO_SMALL)}
    reader.page.get_by_role("button", name="Change your name").click()
    found["renaming"] = reader.page.evaluate(TOO_SMALL)
    reader.page.get_by_role("button", name="Cancel").click()
    if device == "phone":
        reader.page.get_by_role("button", name="People here").tap()
        found["drawer"] = reader.page.evaluate(TOO_SMALL)
        reader.page.keyboard.press("Escape")
    reader.lists_the_shortcuts()
    found["shortcuts"] = reader.page.evaluate(TOO_SMALL)

    assert all(pressed > 2 for pressed, _ in found.values())
    assert not {state: small for state, (_, small) in found.items() if small}


@pytest.mark.parametrize("device", DEVICES)
def test_text_at_200_percent_fits(enter, writer, shoot, device):
    writer.sends_and_waits(
        "Is everything readable, also with a_very_long_word_without_a_break_in_it?"
    )
    reader = enter(**DEVICES[device])
    page = reader.page
    page.evaluate(TWICE)
    reader.sends_and_waits("It is")

    expect(reader.message("It is")).to_be_in_viewport()
    expect(reader.field).to_be_in_viewport(ratio=1)
    assert page.evaluate(OVERFLOW) == 0
    shoot(reader, f"{device}-text-200")

    page.get_by_role("button", name="Change your name").click()
    for name in ("Save", "Cancel"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    expect(page.locator("[data-latest]")).to_be_hidden()
    assert page.evaluate(OVERFLOW) == 0
    shoot(reader, f"{device}-text-200-renaming")
    page.get_by_role("button", name="Cancel").click()
    if device == "phone":
        page.get_by_role("button", name="People here").tap()
        invite = page.get_by_role("complementary").get_by_role("button", name="Invite people")
        expect(invite).to_be_in_viewport(ratio=1)
        shoot(reader, f"{device}-text-200-drawer")
    reader.opens("/r/nobody-here-yet/")
    page.evaluate(TWICE)
    expect(reader.field).to_be_in_viewport(ratio=1)
    assert page.evaluate(OVERFLOW) == 0
    shoot(reader, f"{device}-text-200-empty")


def test_the_focus_is_visible_in_forced_colors(enter, writer, shoot):
    writer.sends_and_waits("Hello")
    reader = enter(forced_colors="active")
    reader.sends_and_waits("Hello to you")
    reader.looks_away()
    writer.sends_and_waits("New")
    reader.looks_back()
    reader.field.press_sequentially("@")

    expect(reader.page.get_by_role("option")).to_have_count(1)
    expect(reader.field).to_be_focused()
    expect(reader.page.locator("[data-composer-form]")).to_have_css("outline-style", "solid")
    shoot(reader, "desktop-forced-colors")
