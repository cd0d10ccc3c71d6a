"""Rooms open without a network, and the cache never hides a new deployment."""

from __future__ import annotations

import re
import shutil

import pytest
from playwright.sync_api import expect

from testing.person import PHONE
from testing.processes import ROOT
from testing.waiting import wait_until

KEPT = """async ({ path, text }) => {
    if (!navigator.serviceWorker.controller) return false;
    const found = async (names, path) => {
        for (const name of await caches.keys()) {
            if (!names.test(name)) continue;
            const response = await (await caches.open(name)).match(path);
            if (response) return response.text();
        }
        return "";
    };
    const page = await found(/:pages:/, path);
    return page !== "" && (await found(/:rooms$/, path)).includes(text);
}"""
NAMES = """async () => {
    const names = await caches.keys();
    const caches_ = await Promise.all(names.map((name) => caches.open(name)));
    const requests = (await Promise.all(caches_.map((cache) => cache.keys()))).flat();
    return requests.map(({ url }) => new URL(url).pathname);
}"""
BUILDS = "caches.keys().then((names) => names.filter((name) => name.includes(':files:')))"


def keeps(person, text):
    """Wait until the browser has saved the room with this message."""
    path = re.sub(r"^https?://[^/]+", "", person.page.url)
    wait_until(lambda: person.page.evaluate(KEPT, {"path": path, "text": text}))


@pytest.fixture
def visitor(node, enter):
    def visitor(path="/r/attic/", **options):
        return enter(path, node=node, service_workers="allow", **options)

    return visitor


def test_a_room_opens_without_the_server_and_messages_are_sent_later(node, visitor, enter):
    alice = visitor()
    bob = enter("/r/attic/", node=node)
    bob.sends_and_waits("Before")
    alice.sends_and_waits("Mine")
    keeps(alice, "Mine")
    kept = alice.page.evaluate(NAMES)
    name = alice.page.locator("[data-name-shown]").text_content()

    node.kill()
    alice.page.reload()

    expect(alice.bodies).to_have_text(["Before", "Mine"])
    expect(alice.message("Mine")).to_have_attribute("data-mine", "")
    expect(alice.page.locator("[data-name-shown]")).to_have_text(name)
    expect(alice.page.locator("[data-offline-note]")).to_have_text(
        re.compile(r"^Last updated \d+:\d\d")
    )
    alice.sends("Written without a network")
    expect(alice.message("Written without a network")).to_have_attribute("data-state", "waiting")
    alice.page.reload()
    expect(alice.message("Written without a network")).to_have_attribute("data-state", "waiting")
    node.start()
    bob.connects()  # up to 15 s later, by the backoff
    bob.sees("Written without a network")
    alice.sees_exactly(["Before", "Mine", "Written without a network"])
    expect(alice.page.locator("[data-offline-note]")).to_be_hidden()
    assert {path for path in kept if not path.startswith("/static/")} == {"/offline/", "/r/attic/"}


def test_a_room_that_was_never_opened_shows_the_offline_page(node, visitor):
    alice = visitor()
    alice.sends_and_waits("Here")
    keeps(alice, "Here")
    node.kill()

    alice.page.goto("/r/elsewhere/")

    expect(alice.page.get_by_role("heading", name="You are offline")).to_be_visible()
    node.start()
    alice.page.get_by_role("link", name="Try again").click()
    alice.connects()


def test_a_deployment_shows_at_the_next_load_and_then_opens_offline(node, visitor, tmp_path):
    alice = visitor()
    alice.sends_and_waits("Kept")
    keeps(alice, "Kept")
    [old] = alice.page.evaluate(BUILDS)

    deploy(node, tmp_path)
    alice.reloads()

    is_new(alice)
    wait_until(lambda: old not in alice.page.evaluate(BUILDS))
    keeps(alice, "Kept")
    node.kill()
    alice.page.reload()
    is_new(alice)
    alice.sees("Kept")


def test_an_old_page_opened_offline_is_reloaded_when_the_server_is_back(node, visitor, tmp_path):
    alice = visitor()
    alice.sends_and_waits("Kept")
    keeps(alice, "Kept")
    node.kill()
    alice.page.reload()
    alice.sends("Written on the old page")
    alice.writes("Not yet sent")
    alice.page.wait_for_function("() => performance.now() > 2600")

    deploy(node, tmp_path)

    is_new(alice)
    alice.connects()
    alice.sees_exactly(["Kept", "Written on the old page"])
    expect(alice.field).to_have_value("Not yet sent")


def test_a_cached_page_is_shown_if_the_server_takes_too_long(node, visitor):
    alice = visitor()
    alice.sends_and_waits("Kept")
    keeps(alice, "Kept")
    node.pause()

    alice.page.goto(alice.page.url, wait_until="commit")

    alice.sees("Kept")
    node.resume()
    alice.connects()


@pytest.mark.screenshots
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_screenshots_of_an_offline_page(node, visitor, shoot, scheme):
    alice, bob = visitor(color_scheme=scheme, **PHONE), visitor(color_scheme=scheme)
    alice.sends_and_waits("Shall we meet at eight?")
    bob.sends_and_waits("Yes, at the fountain.")
    keeps(alice, "fountain")
    keeps(bob, "fountain")
    node.kill()  # `set_offline` affects only the page: it does not always reach a worker

    for person, device in ((alice, "phone"), (bob, "desktop")):
        person.page.context.set_offline(True)
        person.page.reload()
        person.sends("I am on the train, so this goes out later")
        expect(person.page.locator(".composer__offline")).to_be_visible()
        shoot(person, f"{device}-{scheme}-offline")


def deploy(node, folder):
    """Replace the server by a new version with other files and another page."""
    for part in ("chat", "chatsite", "templates"):
        shutil.copytree(ROOT / part, folder / part)
    sheet = folder / "chat" / "static" / "chat" / "css" / "bar.css"
    sheet.write_text(sheet.read_text() + "\n.bar { outline: 3px dotted; }\n")
    node.popen["cwd"] = folder
    node.restart()


def is_new(person):
    expect(person.page.locator(".bar")).to_have_css("outline-style", "dotted")
