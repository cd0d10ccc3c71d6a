"""A network that blocks WebSockets but not pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing import processes
from testing.person import Person
from tests.browser.test_offline import keeps

BLOCKED = """
const Real = WebSocket;
window.WebSocket = class extends Real {
    constructor(url, protocols) {
        super(window.isMended ? url : "ws://127.0.0.1:1/", protocols);
    }
};
for (const state of ["OPEN", "CLOSED"]) window.WebSocket[state] = Real[state];
// The pauses between attempts, and between polls, are a tenth of what they are.
const wait = window.setTimeout;
window.setTimeout = (work, ms = 0, ...rest) => wait(work, window.isMended ? ms : ms / 10, ...rest);
"""
REASON = "Your network blocks live updates. Messages may take a few seconds."


@pytest.fixture
def visit(new_context, shared_node, room):
    def visit(*, node=shared_node):
        context = new_context(
            base_url=node.url, bypass_csp=True
        )  # to connect to an address without a server
        context.add_init_script(BLOCKED)
        page = context.new_page()
        page.goto(room)
        expect(page.locator("[data-status-text]")).to_have_text(REASON, timeout=60_000)
        return Person(page)

    return visit


def rendered(person):
    return person.page.locator("[data-rendered] .message__body")


def test_without_sockets_messages_are_sent_and_received_over_http(visit, alice):
    alice.sends_and_waits("Is anybody here?")
    carol = visit()
    expect(carol.page.locator(".composer__offline")).to_be_hidden()
    carol.page.get_by_role("textbox", name="Your name").fill("Carol")

    carol.sends("Yes, without a socket")
    carol.sends("And again")

    alice.sees_exactly(["Is anybody here?", "Yes, without a socket", "And again"])
    author = alice.message("And again").locator("[data-part=author]")
    expect(author).to_have_text("Carol")
    alice.sends("Good")
    said = ["Is anybody here?", "Yes, without a socket", "And again", "Good"]
    expect(rendered(carol)).to_have_text(said, timeout=40_000)
    expect(carol.page.locator(".message[data-state=waiting]")).to_have_count(0)


def test_the_page_of_a_captive_portal_is_not_mistaken_for_the_servers(visit, alice):
    carol = visit()
    carol.page.route("**/say/", lambda route: route.fulfill(body="<h1>Log in to our Wi-Fi</h1>"))
    with carol.page.expect_response("**/say/"):
        carol.sends("Still here")
    expect(carol.page.locator(".message[data-state=waiting]")).to_have_count(1)

    carol.page.unroute("**/say/")

    expect(alice.message("Still here")).to_be_visible(timeout=60_000)
    expect(rendered(carol)).to_have_text(["Still here"], timeout=40_000)


def test_a_returning_reader_sees_new_messages_and_not_the_saved_snapshot(node, new_context, enter):
    context = new_context(base_url=node.url, bypass_csp=True, service_workers="allow")
    carol = Person(context.new_page()).opens("/r/attic/")
    bob = enter("/r/attic/", node=node)
    bob.sends_and_waits("Before")
    keeps(carol, "Before")
    carol.page.goto("about:blank")
    bob.sends_and_waits("While away")
    context.add_init_script(BLOCKED)

    carol.page.goto("/r/attic/")

    expect(carol.page.locator("[data-status-text]")).to_have_text(REASON, timeout=60_000)
    expect(rendered(carol)).to_have_text(["Before", "While away"])
    bob.sends_and_waits("And now")
    expect(rendered(carol)).to_have_text(["Before", "While away", "And now"], timeout=40_000)


def test_the_fallback_ends_when_a_socket_opens(visit, alice):
    carol = visit()
    carol.sends("Before")
    alice.sees("Before")

    carol.page.evaluate("window.isMended = true")

    carol.connects(timeout=40_000)
    expect(carol.page.locator("[data-status-text]")).not_to_have_text(REASON)
    carol.sends_and_waits("After")
    carol.sees_exactly(["Before", "After"])
    alice.sees_exactly(["Before", "After"])


def test_messages_sent_too_fast_over_http_wait(visit):
    with processes.chat_node(MESSAGE_RATE=0.5, MESSAGE_BURST=1) as slow:
        carol = visit(node=slow)

        carol.sends("One")
        carol.sends("Two")

        expect(rendered(carol)).to_have_text(["One", "Two"])


def test_a_refused_message_says_why(visit):
    carol = visit()

    carol.sends("x" * 4001)

    refused = carol.page.locator("[data-state=refused]")
    expect(refused).to_contain_text("Not sent: Messages can be up to 4000 characters")
