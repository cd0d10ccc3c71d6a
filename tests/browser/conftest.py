"""People with browsers. Every page's console is read, and an error in it fails the test."""

from __future__ import annotations

import re

import pytest

from tests import processes
from tests.browser.person import Person

SCREENSHOTS = processes.ROOT / "var" / "screenshots"
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def enter(new_context, node):
    """Someone opens a room in a browser of their own: `alice = enter("/r/lounge/")`."""
    complaints = []

    def enter(path="/", *, url=node.url, **options):
        context = new_context(base_url=url, **(DESKTOP | options))
        context.on("console", lambda message: complaints.append(message))
        return Person(context.new_page()).opens(path)

    yield enter
    assert not (errors := [text for text in map(error_text, complaints) if text]), "\n".join(errors)


def error_text(message):
    """What the console complains about, except that servers which we killed do not answer."""
    unreachable = re.search(r"^WebSocket connection to|ERR_CONNECTION_REFUSED", message.text)
    return message.text if message.type in ("error", "warning") and not unreachable else None


@pytest.fixture
def alice(enter):
    return enter()


@pytest.fixture
def bob(enter):
    return enter()


@pytest.fixture
def open_node():
    """A server that lets one person say as much as they like."""
    with processes.chat_node(MESSAGE_RATE=0, COMMAND_RATE=0) as server:
        yield server
        print(server.log_text())


@pytest.fixture
def shoot():
    """Keep a picture of a state for people to look through."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def shoot(person, name):
        person.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    return shoot
