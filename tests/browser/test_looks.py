"""How people are distinguished: an initial and a colour, from the first paint on."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

# Every look that an author can have, in the page's own styles.
CONTRASTS = """() => {
    const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const luminance = (color) => {
        context.fillStyle = color;
        context.fillRect(0, 0, 1, 1);
        const [red, green, blue] = [...context.getImageData(0, 0, 1, 1).data].map((value) =>
            value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (one, other) => {
        const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const message = document.querySelector(".message[data-introduced]:not([data-mine])");
    const canvas = getComputedStyle(document.documentElement).backgroundColor;
    const found = [];
    for (let look = 0; look < 24; look += 1) {
        message.dataset.hue = look % 12;
        message.dataset.tone = Math.floor(look / 12);
        const avatar = getComputedStyle(message.querySelector(".avatar"));
        const name = getComputedStyle(message.querySelector(".message__author"));
        found.push({
            back: avatar.backgroundColor,
            letter: contrast(avatar.backgroundColor, avatar.color),
            name: contrast(canvas, name.color),
        });
    }
    return found;
}"""
LOOK = "(element) => ((look) => [look.hue, look.tone])(element.closest('[data-hue]').dataset)"
DRAWN = """() => [...document.querySelectorAll(".message")].map((message) => [
    message.dataset.hue, message.dataset.tone, message.querySelector(".avatar")?.textContent])"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_24_looks_are_legible_and_different(writer, enter, scheme):
    writer.sends_and_waits("Hello")
    reader = enter(color_scheme=scheme)
    reader.sees("Hello")

    looks = reader.page.evaluate(CONTRASTS)

    assert len({look["back"] for look in looks}) == 24
    assert not [look for look in looks if look["letter"] < 4.5 or look["name"] < 4.5]


def test_people_who_are_here_look_different(alice, enter):
    others = [enter() for _ in range(5)]
    for number, person in enumerate(others):
        person.sends_and_waits(f"I am number {number}")

    people = alice.page.locator(".person")
    expect(people).to_have_count(6)
    looks = {tuple(person.evaluate(LOOK)) for person in people.all()}
    assert len(looks) == 6
    written = {tuple(message.evaluate(LOOK)) for message in alice.messages.all()}
    assert len(written) == 5
    assert written < looks


def test_the_first_paint_has_the_final_initials_and_colours(writer, new_context, shared_node, room):
    writer.renames("Élodie")
    writer.sends_and_waits("One")
    context = new_context(base_url=shared_node.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(room)

    [[hue, tone, initial]] = page.evaluate(DRAWN)

    assert initial == "É"
    newcomer = new_context(base_url=shared_node.url).new_page()
    newcomer.goto(room)
    expect(newcomer.locator("[data-rendered]")).to_have_count(0)
    expect(newcomer.locator(".message .avatar")).to_have_text("É")
    assert newcomer.evaluate(DRAWN) == [[hue, tone, initial]]
