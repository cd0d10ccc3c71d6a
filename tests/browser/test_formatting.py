"""Formatted messages on the page: as the server draws them, for every reader and screen."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from chat.formatting import as_html, parse
from testing.person import DESKTOP, PHONE
from testing.processes import ROOT

VECTORS = json.loads((ROOT / "tests" / "formatting.json").read_text())
# The element as HTML would be read from the server: without the parts that need JavaScript.
DRAWN = """(body) => {
    const copy = body.cloneNode(true);
    for (const button of copy.querySelectorAll("button")) button.remove();
    for (const code of copy.querySelectorAll("[data-part]")) code.removeAttribute("data-part");
    for (const text of copy.querySelectorAll("pre")) text.removeAttribute("tabindex");
    return copy.innerHTML;
}"""
PARSED = "(html) => Object.assign(document.createElement('div'), { innerHTML: html }).innerHTML"
OVERFLOW = """Math.max(...["html", "[data-chat]", "[data-stream]"].map((selector) => {
    const element = document.querySelector(selector);
    return element.scrollWidth - element.clientWidth;
}))"""
CODE = "Look:\n```py\ndef code():\n    return " + "x" * 200 + "\n```\nDone"


def test_the_page_draws_messages_as_the_server_does(alice):
    texts = [text for vector in VECTORS if "\r" not in (text := vector["text"].strip())]
    alice.sends_many([*texts, "The last one"])
    alice.sees("The last one")

    for text, body in zip(texts, alice.bodies.all()[: len(texts)], strict=True):
        assert body.evaluate(DRAWN) == alice.page.evaluate(PARSED, as_html(parse(text))), text


@pytest.fixture
def reader(enter, writer):
    """Somebody else, who may use the clipboard."""
    reader = enter()
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return reader


def copied(reader):
    return reader.page.evaluate("navigator.clipboard.readText()")


def selects(reader, start, end):
    """From a position in the text of one element to a position in that of another."""
    reader.page.evaluate(
        """([[from, at], [to, until]]) => {
            const place = (selector, offset) => {
                const element = document.querySelector(selector);
                const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
                while (texts.nextNode()) {
                    if (offset <= texts.currentNode.length) return [texts.currentNode, offset];
                    offset -= texts.currentNode.length;
                }
            };
            getSelection().setBaseAndExtent(...place(from, at), ...place(to, until));
        }""",
        [start, end],
    )


def body(seq):
    return f".message[data-seq='{seq}'] [data-part=body]"


def author(seq):
    return f".message[data-seq='{seq}'] [data-part=author]"


def test_a_message_that_is_selected_as_a_whole_is_copied_as_it_was_typed(reader, writer):
    typed = "**Look:**\n\n```py\nif x:\n    y\n```\n- *a* mailto:b@example.org\n> c"
    writer.sends_and_waits(typed)
    expect(reader.page.locator(f"{body(1)} li")).to_be_visible()

    selects(reader, (body(1), 0), (f"{body(1)} blockquote", 1))
    reader.page.keyboard.press("Control+c")

    assert copied(reader) == typed


def test_a_part_of_a_message_is_copied_as_it_is_shown(reader, writer):
    writer.sends_and_waits("one **two** three")
    reader.sees("two")

    selects(reader, (body(1), 0), (f"{body(1)} strong", 3))
    reader.page.keyboard.press("Control+c")

    assert copied(reader) == "one two"


def test_several_messages_are_copied_with_their_authors_and_the_selected_parts(reader, alice):
    alice.renames("Alice")
    reader.renames("Reader")
    for person, text in (
        (alice, "intro\n- *one*\n- two"),
        (reader, "**three**"),
        (alice, "`four`"),
        (alice, "five **six**"),
    ):
        seq = reader.messages.count() + 1
        person.sends(text)
        expect(reader.page.locator(body(seq))).to_be_visible()

    selects(reader, (f"{body(1)} li", 1), (f"{body(4)}", 4))
    reader.page.keyboard.press("Control+c")

    assert copied(reader) == "ne\ntwo\n\nReader\n**three**\n\nAlice\n`four`\nfive"


def test_the_button_copies_code_exactly(reader, writer):
    code = "\tif x:\n\n    y = '**z**'  # é 🎉 "
    writer.sends_and_waits(
        f"> quoted\n> ```py\n> {code.replace(chr(10), chr(10) + '> ')}\n> ```\nand so on"
    )
    button = reader.page.get_by_role("button", name="Copy code")

    button.click()

    expect(button).to_have_attribute("data-copied", "")
    expect(reader.page.locator("[data-announcer]")).to_have_text("Code copied")
    assert copied(reader) == code


def test_code_that_cannot_be_copied_is_selected_instead(reader, writer):
    writer.sends_and_waits("```\none\ntwo\n```")
    button = reader.page.get_by_role("button", name="Copy code")
    expect(button).to_have_count(1)
    reader.page.evaluate(
        """() => {
            navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
            document.execCommand = () => false;
        }"""
    )

    button.click()

    expect(reader.status).to_contain_text("could not copy the code")
    assert reader.page.evaluate("getSelection().toString()") == "one\ntwo"


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_wide_code_scrolls_within_its_block_and_by_keys(enter, writer, device):
    writer.sends_and_waits(CODE)
    writer.sends_and_waits("```\nshort\n```")
    reader = enter(**device)
    wide, short = reader.page.locator("[data-messages] pre").all()

    expect(wide).to_have_attribute("tabindex", "0")
    expect(short).not_to_have_attribute("tabindex", "0")
    assert reader.page.evaluate(OVERFLOW) == 0
    wide.focus()
    reader.page.keyboard.press("ArrowRight")
    expect(wide).to_be_focused()
    reader.page.wait_for_function("document.querySelector('[data-messages] pre').scrollLeft > 0")


def test_code_mentions_nobody(enter, alice):
    bob = enter()
    bob.renames("Bob")
    expect(alice.page.locator(".person", has_text="Bob")).to_be_visible()
    alice.sends("`@Bob` and\n```\n@Bob\n```")
    alice.sends("**@Bob**")

    message = bob.messages.filter(has_text="and")
    expect(bob.page.locator("strong .message__mention")).to_have_attribute("data-me", "")
    expect(message).to_have_count(1)
    expect(message).not_to_have_attribute("data-mentions-me", "")
    expect(message.locator(".message__mention")).to_have_count(0)


def test_screen_readers_get_the_elements_and_labels_without_marks(writer, reader):
    writer.sends_and_waits("**Plan**\n1. *one*\n5. two\n> ~~no~~\n```\ncode\n```")
    expect(reader.messages).to_have_count(1)

    expect(reader.page.locator(body(1))).to_match_aria_snapshot(
        """
        - strong: Plan
        - list:
          - listitem:
            - text: "1."
            - emphasis: one
          - listitem: 5. two
        - blockquote:
          - deletion: "no"
        - code: code
        - button "Copy code"
        """
    )
    expect(reader.page.locator("[data-announcer]")).to_contain_text("Plan 1. one 5. two no code")
    reader.page.locator("[data-stream]").focus()
    reader.page.keyboard.press("Enter")
    expect(reader.messages).to_have_attribute("aria-label", re.compile("Plan\n1. one\n5. two"))
