"""People with browsers. An error in any page's console fails the test."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from testing import processes
from testing.person import DESKTOP, Person
from tests.browser.wire import Wire
from tests.browser.writer import writing

PUBLIC_URL = "http://chat.example"
PLAIN_HTTP = "^The Cross-Origin-Opener-Policy header has been ignored"
SCREENSHOTS = processes.ROOT / "var" / "screenshots"

CREATE = """
    async (title) => {
        const config = JSON.parse(document.querySelector("#chat-config").textContent);
        const answer = await fetch("/rooms/", {
            method: "POST",
            headers: { Accept: "application/json", "X-CSRFToken": config.csrf_token },
            body: new URLSearchParams({ title }),
        });
        return (await answer.json()).url;
    }
"""


@pytest.fixture(scope="session")
def shared_node():
    """A server for all tests, each in its own room: leave it running. It has no rate limits.

    Its links have the host of PUBLIC_URL: nobody else could open a loopback address.
    """
    unlimited = {"MESSAGE_RATE": 0, "COMMAND_RATE": 0, "SOCKETS_PER_ADDRESS": 0}
    with processes.chat_node(**unlimited, PUBLIC_URL=PUBLIC_URL) as server:
        yield server


@pytest.fixture
def room():
    """The path of a room without messages."""
    return f"/r/{uuid4().hex[:12]}/"


@pytest.fixture
def new_context(new_context):
    """A separate browser for each person; errors and warnings in a console fail the test."""
    errors = []

    def make(**options):
        context = new_context(**options)
        context.on("console", lambda message: errors.append(error_text(message)))
        context.on("weberror", lambda error: errors.append(str(error.error)))
        return context

    yield make
    assert not any(errors), "\n".join(filter(None, errors))


@pytest.fixture
def enter(new_context, shared_node, room):
    """A new person opens a room in a browser of their own: `carol = enter(**PHONE)`."""

    def enter(path=room, *, node=shared_node, **options):
        context = new_context(base_url=node.url, **(DESKTOP | options))
        return Person(context.new_page()).opens(path)

    return enter


def error_text(message):
    """An error or a warning, unless it is about a server that the test killed or blocked.

    A page may answer with an error; its static files may not.
    """
    lost = r"ERR_(CONNECTION_(REFUSED|RESET)|INTERNET_DISCONNECTED)"
    gone = rf"^WebSocket connection to|{lost}|^Service Worker .* blocked by|{PLAIN_HTTP}"
    refused = "server responded with a status of" in message.text
    is_page = "/static/" not in message.location["url"]
    expected = re.search(gone, message.text) or (refused and is_page)
    return message.text if message.type in ("error", "warning") and not expected else None


@pytest.fixture
def alice(enter):
    return enter()


@pytest.fixture
def bob(enter):
    return enter()


@pytest.fixture
def writer(shared_node, room):
    """Whoever only sends messages to those with browsers."""
    with writing(shared_node, room) as writer:
        yield writer


@pytest.fixture
def owned(enter, room):
    """A room's owner, on its page; `owned.path` is the room's."""
    owner = enter(room)
    owner.path = owner.page.evaluate(CREATE, f"Owned {room[3:9]}")
    owner.opens(owner.path)
    owner.renames("Olga")
    return owner


@pytest.fixture
def guest(enter, owned):
    """Somebody else in that room."""
    guest = enter(owned.path)
    guest.renames("Gus")
    return guest


@pytest.fixture
def carol_and_wire(new_context, shared_node, room):
    """A person, and the wire between them and the server: `carol, wire = carol_and_wire`."""
    context = new_context(base_url=shared_node.url)
    wire = Wire(context)
    return Person(context.new_page()).opens(room), wire


@pytest.fixture
def shoot():
    """Keep a picture of a state for people to look at."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)

    def shoot(person, name):
        page = getattr(person, "page", person)
        page.screenshot(path=SCREENSHOTS / f"{name}.png")

    return shoot
