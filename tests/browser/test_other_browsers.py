"""The page in Firefox and in WebKit, the engine of Safari: what differs most between browsers."""

from __future__ import annotations

import pytest

from testing import processes
from tests.browser.conftest import SCREENSHOTS
from tests.browser.other_browsers import firefox, keep_picture, webkit
from tests.faults.scenario import LONG

pytestmark = pytest.mark.skipif(not LONG, reason="needs browsers besides Chromium: FAULTS=long")

BROWSERS = {"firefox": firefox, "webkit": webkit}
SIZES = {"desktop": (1440, 900), "phone": (400, 740)}
OPENERS = {
    "date": "[data-jump-opener]",
    "notifications": "[data-notifications-opener]",
    "shortcuts": "[data-shortcuts-opener]",
    "share": ".people [data-share-opener]",
}
STREAM = "document.querySelector('[data-stream]')"


@pytest.fixture(scope="module")
def node():
    with processes.chat_node(MESSAGE_RATE=0, COMMAND_RATE=0, SOCKETS_PER_ADDRESS=0) as server:
        yield server


@pytest.fixture(params=BROWSERS)
def name(request):
    return request.param


@pytest.fixture
def desktop(name, tmp_path):
    with BROWSERS[name](tmp_path / "desktop", SIZES["desktop"]) as tab:
        yield tab
        assert tab.asks("window.wrong") == []


@pytest.fixture
def phone(name, tmp_path):
    with BROWSERS[name](tmp_path / "phone", SIZES["phone"]) as tab:
        yield tab
        assert tab.asks("window.wrong") == []


def test_the_browsers_exchange_messages(tmp_path, node, room):
    with (
        firefox(tmp_path / "firefox", SIZES["desktop"]) as fox,
        webkit(tmp_path / "webkit", SIZES["desktop"]) as kit,
    ):
        for tab in (fox, kit):
            tab.enters(node.url + room)
        fox.sends("Hello from Firefox")
        kit.sees("Hello from Firefox")
        kit.sends("Hello from WebKit")
        fox.sees("Hello from WebKit")

        for tab in (fox, kit):
            assert tab.bodies() == ["Hello from Firefox", "Hello from WebKit"]
            assert tab.asks("wrong") == []


def test_a_message_written_while_the_server_is_down_is_sent_once(desktop, node, room):
    desktop.enters(node.url + room)
    desktop.sends("Before")
    desktop.until("document.querySelector('.message[data-state=sent]')")
    node.kill()
    desktop.until("document.querySelector('[data-chat]').dataset.connection !== 'connected'")
    desktop.sends("Meanwhile")
    desktop.until("document.querySelector('.message[data-state=waiting]')")

    node.start()

    desktop.until("document.querySelectorAll('.message[data-state=sent]').length === 2")
    desktop.enters(node.url + room)
    assert desktop.bodies() == ["Before", "Meanwhile"]


def test_older_messages_load_without_a_jump(phone, node, room):
    phone.enters(node.url + room)
    send_many(phone, 160)
    phone.sees("Line 159")
    phone.enters(node.url + room)
    phone.until(f"{STREAM}.scrollTop > 0")
    seen = phone.asks("document.querySelectorAll('.message').length")
    moved = f"held.getBoundingClientRect().top - {STREAM}.getBoundingClientRect().top"
    phone.does("window.held = document.querySelector('.message'); held.scrollIntoView()")

    phone.until(f"document.querySelectorAll('.message').length > {seen}")

    assert abs(phone.asks(moved)) < 60  # a name or a day's heading above it may be gone
    phone.does(f"{STREAM}.scrollTop = {STREAM}.scrollHeight")
    phone.sends("At the end")
    phone.until(f"{STREAM}.scrollHeight - {STREAM}.clientHeight - {STREAM}.scrollTop < 2")


def test_dialogs_and_panels_fit_their_contents(desktop, node, room, name):
    desktop.enters(node.url + room)
    desktop.sends("Hello, https://example.org/ 🎉")
    desktop.until("document.querySelector('.message[data-state=sent]')")
    keep_picture(desktop, SCREENSHOTS / f"{name}-desktop.png")
    for opener in OPENERS.values():
        desktop.does(f"document.querySelector('{opener}').click()")
        dialog = "document.querySelector('dialog[open]')"
        desktop.until(dialog)
        height = desktop.asks(f"{dialog}.getBoundingClientRect().height")
        needed = desktop.asks(
            f"[...{dialog}.children].reduce((sum, e) => sum + e.getBoundingClientRect().height, 0)"
        )
        assert needed < height < needed + 120, opener
        desktop.does(f"{dialog}.close()")


def test_the_people_are_a_drawer_on_a_phone(phone, node, room, name):
    phone.enters(node.url + room)
    panel = "document.querySelector('#people')"
    assert phone.asks(f"{panel}.matches(':popover-open')") is False

    phone.does("document.querySelector('.bar__people').click()")

    phone.until(f"{panel}.matches(':popover-open')")
    assert phone.asks("document.documentElement.scrollWidth <= innerWidth")
    keep_picture(phone, SCREENSHOTS / f"{name}-phone-drawer.png")


def send_many(tab, count):
    """Send many messages over a socket without a subprotocol."""
    tab.does(f"""
        const config = JSON.parse(document.querySelector("#chat-config").textContent);
        const socket = new WebSocket(location.origin.replace("http", "ws") + config.socket_url);
        socket.onopen = () => {{
            for (let number = 0; number < {count}; number += 1) socket.send(`Line ${{number}}`);
        }};
    """)
