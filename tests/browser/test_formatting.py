"""Formatted messages on the page: as the server draws them, for every reader and screen."""

from __future__ import annotations

import json

from chat.formatting import as_html, parse
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
