"""The composer: which keys send, where typed and pasted text goes, and its notices."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE

SEND = ".composer__send"
HOVERS = """() => {
    const found = [];
    const look = (rules, hovers) => {
        for (const rule of rules ?? []) {
            const within = hovers || /hover: *hover/.test(rule.conditionText ?? "");
            if (!within && rule.selectorText?.includes(":hover")) found.push(rule.selectorText);
            look(rule.cssRules, within);
        }
    };
    for (const sheet of document.styleSheets) look(sheet.cssRules, false);
    return found;
}"""
PASTE_FILE = """() => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(["x"], "photo.png", { type: "image/png" }));
    const event = { clipboardData, bubbles: true, cancelable: true };
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", event));
}"""


def click_into_the_conversation(person):
    person.page.locator("[data-stream]").click(position={"x": 5, "y": 5})
    expect(person.field).not_to_be_focused()


def notice(person):
    return person.page.locator("[data-composer-notice]")


# Typing


def test_text_typed_after_a_click_into_the_conversation_goes_to_the_composer(alice, bob):
    bob.sends_and_waits("Shall we meet?")
    alice.sees("Shall we meet?")
    for place in ("[data-stream]", ".message__bubble", ".bar__title"):
        alice.page.locator(place).first.click()
        expect(alice.field).not_to_be_focused()

        alice.page.keyboard.type("?mld Good idea, see you on Monday")

        expect(alice.field).to_be_focused()
        expect(alice.page.get_by_role("dialog")).to_have_count(0)
        alice.page.keyboard.press("Enter")
        expect(alice.field).to_have_value("")
    bob.sees_exactly(["Shall we meet?", *["?mld Good idea, see you on Monday"] * 3])


def test_keys_for_buttons_dialogs_and_fields_stay_there(alice):
    link = alice.page.locator("[data-invite-field]").locator("visible=true").first
    link.focus()
    alice.page.keyboard.type("x")
    expect(link).to_be_focused()

    alice.page.get_by_role("button", name="Notifications").focus()
    alice.page.keyboard.press("Space")
    expect(alice.page.get_by_role("dialog", name="Notifications")).to_be_visible()
    alice.page.keyboard.type("hello")
    alice.page.keyboard.press("Escape")

    expect(alice.page.get_by_role("dialog", name="Notifications")).to_be_hidden()
    click_into_the_conversation(alice)
    alice.page.keyboard.press("Space")
    alice.page.keyboard.press("Control+b")
    expect(alice.field).not_to_be_focused()
    expect(alice.field).to_have_value("")


def test_a_dead_key_outside_the_field_composes_in_it(alice):
    click_into_the_conversation(alice)
    input_method = alice.page.context.new_cdp_session(alice.page)

    dead = {"key": "Dead", "code": "Equal", "windowsVirtualKeyCode": 187}
    input_method.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **dead})
    expect(alice.field).to_be_focused()
    accent = {"text": "´", "selectionStart": 1, "selectionEnd": 1}
    input_method.send("Input.imeSetComposition", accent)
    input_method.send("Input.insertText", {"text": "é"})

    expect(alice.field).to_have_value("é")


def test_text_pasted_outside_the_field_is_inserted_at_the_cursor(alice):
    alice.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    alice.page.evaluate("navigator.clipboard.writeText('two\\nthree ')")
    alice.field.press_sequentially("One four")
    for _ in "four":
        alice.field.press("ArrowLeft")
    click_into_the_conversation(alice)

    alice.page.keyboard.press("Control+v")

    expect(alice.field).to_have_value("One two\nthree four")
    expect(alice.field).to_be_focused()


def test_a_dropped_file_does_not_replace_the_chat(alice, tmp_path):
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"x")
    alice.writes("Half a thought")
    mouse = alice.page.context.new_cdp_session(alice.page)
    data = {"items": [], "files": [str(photo)], "dragOperationsMask": 1}

    for kind in ("dragEnter", "dragOver", "drop"):
        event = {"type": kind, "x": 500, "y": 300, "data": data}
        mouse.send("Input.dispatchDragEvent", event)

    expect(notice(alice)).to_have_text("Files are not supported yet.")
    expect(alice.field).to_have_value("Half a thought")
    alice.sends_and_waits("Still here")


@pytest.mark.parametrize("place", ["[data-composer-field]", "[data-stream]"])
def test_a_pasted_file_shows_a_notice(alice, place):
    alice.page.locator(place).focus()

    alice.page.evaluate(PASTE_FILE)

    expect(notice(alice)).to_have_text("Files are not supported yet.")
    expect(alice.field).to_have_value("")


def test_escape_leads_to_the_latest_messages_and_the_field(alice, writer):
    writer.sends_many([f"Line {number}" for number in range(40)])
    alice.sees("Line 39")
    stream = alice.page.locator("[data-stream]")
    for place in (stream, alice.field):
        stream.evaluate("element => (element.scrollTop = 0)")
        expect(alice.message("Line 39")).not_to_be_in_viewport()
        place.focus()

        alice.page.keyboard.press("Escape")

        expect(alice.message("Line 39")).to_be_in_viewport()
        expect(alice.field).to_be_focused()


# Sending


def test_on_a_phone_return_makes_a_new_line_and_the_button_sends(enter, bob):
    alice = enter(**PHONE)
    expect(alice.field).to_have_attribute("enterkeyhint", "enter")
    alice.field.press_sequentially("Shopping list:")
    alice.field.press("Enter")
    alice.field.press_sequentially("milk")

    alice.page.locator(SEND).tap()

    bob.sees_exactly(["Shopping list:\nmilk"])
    for keys in ("Control+Enter", "Meta+Enter"):
        alice.field.press_sequentially(keys)
        alice.field.press(keys)
        bob.sees(keys)


def test_with_a_keyboard_enter_sends_and_shift_or_alt_enter_makes_a_new_line(alice, bob):
    expect(alice.field).to_have_attribute("enterkeyhint", "send")
    for number, keys in enumerate(("Enter", "Control+Enter", "Meta+Enter")):
        alice.field.press_sequentially("One")
        alice.field.press("Shift+Enter")
        alice.field.press_sequentially("two")
        alice.field.press("Alt+Enter")
        alice.field.press_sequentially(str(number))
        alice.field.press(keys)

    bob.sees_exactly([f"One\ntwo\n{number}" for number in range(3)])


def test_the_button_is_not_highlighted_after_a_tap(enter):
    alice = enter(**PHONE)
    button = alice.page.locator(SEND)
    empty = button.evaluate("element => getComputedStyle(element).backgroundColor")
    alice.writes("Hello")
    expect(button).not_to_have_css("background-color", empty)

    button.tap()

    expect(alice.field).to_have_value("")
    expect(button).to_have_css("background-color", empty)


def test_every_hover_style_requires_a_pointer_that_hovers(alice):
    """On touch screens :hover stays on the element that was tapped last."""
    assert not alice.page.evaluate(HOVERS)


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_counter_takes_no_room_from_the_text(enter, device):
    alice = enter(**device)
    alice.writes("x" * 3000)
    before = alice.field.bounding_box()

    alice.writes("x" * 3990)

    counter = alice.page.locator("[data-composer-counter]")
    expect(counter).to_have_text("10 characters left")
    expect(counter).to_be_in_viewport(ratio=1)
    assert alice.field.bounding_box() == before
    alice.writes("x" * 4010)
    expect(counter).to_have_text("10 characters too many")
    expect(counter).to_be_in_viewport(ratio=1)
    assert alice.field.bounding_box() == before


def test_the_buttons_beside_the_field_are_large_enough_to_touch(enter):
    alice = enter(**PHONE)
    rename = alice.page.get_by_role("button", name="Change your name")
    acts = {
        "asked for a name": lambda: None,
        "named": lambda: alice.sends_and_waits("Hello"),
        "renaming": rename.click,
    }
    for state, act in acts.items():
        act()
        pressed = alice.page.locator(".writing").locator("button, input, textarea")
        boxes = [each.bounding_box() for each in pressed.locator("visible=true").all()]
        assert len(boxes) >= 3
        assert all(box["height"] >= 44 for box in boxes), state
