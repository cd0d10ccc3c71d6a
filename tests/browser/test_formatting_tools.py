"""Formatting while one writes: Ctrl+B, Ctrl+I and Ctrl+E, and pasted code."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

CODE = "def code():\n    return 1"
PASTE = """([text, html]) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    clipboardData.setData("text/html", html);
    const options = { clipboardData, bubbles: true, cancelable: true };
    if (!document.activeElement.dispatchEvent(new ClipboardEvent("paste", options))) return;
    document.execCommand("insertText", false, text); // what the browser does next
}"""


def pastes(person, text, html=""):
    person.page.evaluate(PASTE, [text, html])


def fence_button(person):
    return person.page.get_by_role("button", name="Paste as code block")


@pytest.mark.parametrize(("key", "mark"), [("b", "**"), ("i", "*"), ("e", "`")])
def test_keys_put_marks_around_the_selection_and_remove_them(alice, key, mark):
    alice.field.press_sequentially("one two")
    alice.field.press("Control+Shift+ArrowLeft")

    alice.field.press(f"Control+{key}")
    expect(alice.field).to_have_value(f"one {mark}two{mark}")
    alice.field.press(f"Control+{key}")
    expect(alice.field).to_have_value("one two")

    alice.field.press("Control+z")
    expect(alice.field).to_have_value(f"one {mark}two{mark}")
    alice.field.press("Control+z")
    expect(alice.field).to_have_value("one two")
    alice.field.press("Control+z")
    expect(alice.field).not_to_have_value("one two")


def test_the_marks_are_sent_and_kept_in_the_draft(alice, bob):
    alice.field.press("Control+b")
    expect(alice.field).to_have_value("****")
    alice.page.keyboard.type("bold")
    alice.reloads()
    expect(alice.field).to_have_value("**bold**")

    alice.field.press("Enter")

    expect(bob.page.locator("[data-part=body] strong")).to_have_text("bold")


def test_pasted_code_becomes_a_block_if_one_wants_that(alice, bob):
    alice.field.press_sequentially("Try this: ")

    pastes(alice, CODE)
    expect(alice.field).to_have_value(f"Try this: {CODE}")
    fence_button(alice).click()

    expect(alice.field).to_have_value(f"Try this: \n```\n{CODE}\n```\n")
    expect(alice.field).to_be_focused()
    expect(fence_button(alice)).to_be_hidden()
    alice.field.press("Control+z")
    expect(alice.field).to_have_value(f"Try this: {CODE}")
    alice.field.press("Control+y")
    alice.page.keyboard.type("Good?")
    alice.field.press("Enter")
    expect(bob.page.locator("[data-part=body] pre code")).to_have_text(CODE)
    expect(bob.bodies).to_contain_text("Good?")


def test_code_pasted_outside_of_the_field_is_offered_too(alice):
    alice.page.locator("[data-stream]").focus()

    pastes(alice, "milk\nbread", "<pre>milk\nbread</pre>")

    expect(alice.field).to_have_value("milk\nbread")
    fence_button(alice).click()
    expect(alice.field).to_have_value("```\nmilk\nbread\n```\n")


def test_nothing_is_offered_for_prose_nor_within_a_fence(alice):
    pastes(alice, CODE)
    expect(fence_button(alice)).to_be_visible()  # loaded
    alice.field.fill("")
    expect(fence_button(alice)).to_be_hidden()

    pastes(alice, "Dear Bob,\nhow are you?")
    alice.field.press("Control+a")
    alice.field.press("Control+b")  # answered in the same order
    expect(alice.field).to_have_value("**Dear Bob,**\n**how are you?**")
    expect(fence_button(alice)).to_be_hidden()

    alice.field.fill("```py\n")
    pastes(alice, CODE)
    alice.field.press("Control+b")
    expect(alice.field).to_have_value(f"```py\n{CODE}****")
    expect(fence_button(alice)).to_be_hidden()


def test_the_offer_ends_when_the_code_is_changed_or_sent(alice, bob):
    pastes(alice, CODE)
    expect(fence_button(alice)).to_be_visible()
    alice.field.press("Backspace")
    expect(fence_button(alice)).to_be_hidden()

    alice.field.fill("")
    pastes(alice, CODE)
    expect(fence_button(alice)).to_be_visible()
    alice.field.press("Enter")
    expect(fence_button(alice)).to_be_hidden()
    bob.sees(CODE)


def test_without_its_module_text_is_written_and_pasted_as_before(alice, bob):
    alice.page.route("**/formatting_tools.*.js", lambda route: route.abort("connectionrefused"))
    alice.field.press_sequentially("plain")
    alice.field.press("Control+b")
    pastes(alice, f"\n{CODE}")

    expect(alice.field).to_have_value(f"plain\n{CODE}")
    alice.field.press("Enter")
    bob.sees(f"plain\n{CODE}")
