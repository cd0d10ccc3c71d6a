"""People with browsers. Every page's console is read, and an error in it fails the test."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests import processes
from tests.browser.person import DESKTOP, Person
from tests.browser.wire import Wire

SCREENSHOTS = processes.ROOT / "var" / "screenshots"


@pytest.fixture(scope="session")
def house():
    """Shared by all tests, each in a room of its own: leave it running. Nobody talks too fast."""
    unlimited = {"MESSAGE_RATE": 0, "COMMAND_RATE": 0, "SOCKETS_PER_ADDRESS": 0}
    with processes.chat_node(**unlimited) as server:
        yield server


@pytest.fixture
def room():
    """The path of a room in which nobody has said anything."""
    return f"/r/{uuid4().hex[:12]}/"


@pytest.fixture
def enter(new_context, house, room):
    """Someone opens a room in a browser of their own: `carol = enter(**PHONE)`."""
    complaints = []

    def enter(path=room, *, node=house, **options):
        context = new_context(base_url=node.url, **(DESKTOP | options))
        context.on("console", lambda message: complaints.append(message))
        return Person(context.new_page()).opens(path)

    yield enter
    assert not (errors := [text for text in map(error_text, complaints) if text]), "\n".join(errors)


def error_text(message):
    """What the console complains about, except that what we killed or blocked does not answer."""
    gone = r"^WebSocket connection to|ERR_CONNECTION_(REFUSED|RESET)|^Service Worker .* blocked by"
    expected = re.search(gone, message.text)
    return message.text if message.type in ("error", "warning") and not expected else None


@pytest.fixture
def alice(enter):
    return enter()


@pytest.fixture
def bob(enter):
    return enter()


@pytest.fixture
def carol_and_wire(new_context, house, room):
    """Someone, and the wire between them and the server: `carol, wire = carol_and_wire`."""
    context = new_context(base_url=house.url)
    wire = Wire(context)
    return Person(context.new_page()).opens(room), wire


@pytest.fixture
def shoot():
    """Keep a picture of a state for people to look through."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def shoot(person, name):
        page = getattr(person, "page", person)
        page.screenshot(path=SCREENSHOTS / f"{name}.png")

    return shoot
