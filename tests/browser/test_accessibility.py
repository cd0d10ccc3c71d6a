"""What axe-core finds."""

from __future__ import annotations

import importlib.util
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import expect
from websockets.sync.client import connect

from testing import processes
from testing.person import DESKTOP, PHONE, Person
from tests.browser.commands import command, post, react, refused
from tests.browser.owners import (
    act,
    author_id,
    creates_a_room,
    opens_own_room,
    opens_pins,
    opens_the_desk,
)
from tests.browser.wire import Wire
from tests.conftest import missing
from tests.faults.scenario import variant

DEVICES = {"phone": PHONE, "desktop": DESKTOP}
# Lists of all that passed would take as long as the checks.
RUN = """axe.run({ resultTypes: ["violations"] })
    .then((all) => [all.violations, all.passes.length])"""
LOOKS = [("phone", "dark"), ("desktop", "light")]  # colours do not depend on the device


@pytest.fixture(scope="session")
def axe():
    """axe-core's source, to run in a page."""
    spec = importlib.util.find_spec("axe_playwright_python")
    if spec is None:
        missing("axe-core", "pip install -r requirements-dev.txt")
    return (Path(spec.origin).parent / "axe.min.js").read_text()


@pytest.fixture
def violations(axe):
    def violations(page):
        page.evaluate(axe)
        found, passed = page.evaluate(RUN)
        assert passed > 10
        return [
            f"{rule['id']}: {rule['help']}: {node['html'][:200]}"
            for rule in found
            for node in rule["nodes"]
        ]

    return violations


@pytest.mark.parametrize(("device", "scheme"), LOOKS)
def test_axe_finds_no_violation_in_what_one_does_with_a_message(
    enter, writer, violations, device, scheme
):
    writer.sends_and_waits("Theirs")
    reader = enter(color_scheme=scheme, **DEVICES[device])
    for text in ("One", "Two", "Three"):
        reader.sends_and_waits(text)
    reader.edits("One", "One, edited")
    reader.deletes("Two")
    reader.sees("Message deleted")
    reader.points_at("One, edited")
    found = {"pill": violations(reader.page)}
    reader.opens_the_menu_of("One, edited")
    found["menu"] = violations(reader.page)
    reader.page.get_by_role("menuitem", name="Delete").click()
    found["question"] = violations(reader.page)
    reader.page.keyboard.press("Escape")
    reader.opens_the_menu_of("One, edited")
    reader.page.get_by_role("menuitem", name="Edit").click()
    found["edit"] = violations(reader.page)
    reader.field.press("Escape")
    reader.opens_the_menu_of("Theirs")
    reader.page.get_by_role("menuitem", name="Reply").click()
    found["reply"] = violations(reader.page)

    assert not any(found.values()), found


@pytest.mark.parametrize(("device", "scheme"), LOOKS)
def test_axe_finds_no_violation_in_what_owners_have(enter, violations, device, scheme):
    owner = enter(color_scheme=scheme, **DEVICES[device])
    creates_a_room(owner)
    found = {"new room": violations(owner.page)}
    owner.reloads()
    path, _ = opens_own_room(owner)
    guest = enter(path)
    seq = post(guest, "Something rude")
    command(enter(path), "message.report", seq=seq, reason="It is rude")
    act(owner, "act.pin", seq=seq, on=True)
    act(owner, "act.mute", author_id=author_id(guest), seconds=600)
    act(owner, "act.rules", rules={"hold": "everybody"})
    for body in ("First", "Second"):
        refused(enter(path), "message.post", body=body, client_message_id=str(uuid4()))
    found["room"] = violations(owner.page)
    panel = opens_the_desk(owner)
    for name in ("Held", "Reported", "In force", "Log"):
        panel.get_by_role("tab", name=name).click()
        expect(panel.get_by_role("listitem").first).to_be_visible()
        found[name] = violations(owner.page)
    panel.get_by_role("button", name="Rules").click()
    expect(owner.page.get_by_role("dialog", name="Rules of this room")).to_be_visible()
    found["rules"] = violations(owner.page)
    for _ in range(2):
        owner.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    opens_pins(owner)
    found["pins"] = violations(owner.page)

    assert not any(found.values()), found


@pytest.mark.parametrize(("device", "scheme"), LOOKS)
def test_axe_finds_no_violation(enter, bob, room, violations, device, scheme):
    bob.sends_and_waits("Look: https://example.org")
    bob.sends_and_waits("🎉")
    reader = enter(color_scheme=scheme, **DEVICES[device])
    reader.renames("Mara")
    bob.sends_and_waits("You too, @Mara! Right, @Mara Lind, @Mara?")
    reader.sends_and_waits("I see")
    seqs = [post(bob, "It was the **fuse**"), post(bob, "hunter2")]
    for person in (bob, reader):
        for seq in seqs:
            post(person, "A reply", reply_to=seq)
        react(person, seqs[0], "👍")
    react(bob, seqs[0], "🎉")
    command(bob, "message.delete", seq=seqs[1])
    expect(reader.page.locator("[data-action=react]")).to_have_text(["👍2", "🎉1"])
    expect(reader.page.locator(".message__quote[data-gone]")).to_have_count(2)
    found = {"conversation": violations(reader.page)}

    reader.looks_away()
    bob.sends_and_waits("New")
    reader.looks_back()
    reader.field.press_sequentially("@")
    expect(reader.page.get_by_role("option")).to_have_count(1)
    found["completing"] = violations(reader.page)
    reader.field.press("Escape")
    reader.page.locator("[data-emoji-opener]").click()
    expect(reader.page.get_by_role("option", name="thumbs up", exact=True)).to_be_attached()
    found["emoji"] = violations(reader.page)
    reader.page.keyboard.press("Escape")
    reader.lists_the_shortcuts()
    found["shortcuts"] = violations(reader.page)
    reader.page.keyboard.press("Escape")
    reader.page.get_by_role("button", name="More", exact=True).click()
    found["menu"] = violations(reader.page)
    reader.page.keyboard.press("Escape")
    for item in ("Go to a date", "Notifications", "About this chat"):
        reader.opens_from_the_menu(item)
        found[item] = violations(reader.page)
        reader.page.keyboard.press("Escape")
    reader.page.get_by_role("button", name="Change your name").click()
    found["renaming"] = violations(reader.page)
    if device == "phone":
        reader.page.get_by_role("button", name="People here").tap()
        found["drawer"] = violations(reader.page)
        reader.page.keyboard.press("Escape")
        reader.page.get_by_role("button", name="Rooms").tap()
        found["rooms"] = violations(reader.page)
        reader.page.keyboard.press("Escape")
    reader.opens("/r/empty-room/")
    found["empty room"] = violations(reader.page)
    reader.page.locator("[data-empty]").get_by_role("button", name="QR code").click()
    found["share"] = violations(reader.page)

    assert not {state: rules for state, rules in found.items() if rules}


@pytest.mark.parametrize(
    ("language", "device", "scheme"),
    [
        variant("en", "phone", "light"),
        variant("en", "desktop", "dark"),
        ("de", "phone", "dark"),
        ("ar", "desktop", "light"),
    ],
)
def test_axe_finds_no_violation_in_error_states(
    new_context, shared_node, writer, room, violations, language, device, scheme
):
    context = new_context(
        base_url=shared_node.url, color_scheme=scheme, locale=language, **DEVICES[device]
    )
    wire = Wire(context)
    reader = Person(context.new_page())
    reader.field = reader.page.locator("[data-composer-field]")
    writer.sends_and_waits("Seen")
    reader.opens(room).sees("Seen")
    reader.page.goto("about:blank")
    writer.sends_many([f"Line {number}" for number in range(100)])
    reader.opens(room)
    expect(reader.page.locator("[data-unread-bar]")).to_be_visible()
    found = {"unread bar": violations(reader.page)}

    wire.refuse = lambda post: {"code": "bad_frame", "detail": "No.", "retry_in_ms": None}
    reader.sends("Hm")
    expect(reader.message("Hm")).to_have_attribute("data-state", "refused")
    found["refused"] = violations(reader.page)
    wire.cut()
    reader.loses_the_connection()
    reader.sends("Later")
    expect(reader.message("Later")).to_have_attribute("data-state", "waiting")
    found["disconnected"] = violations(reader.page)
    wire.restore()
    reader.connects()
    wire.cut(4503)
    expect(reader.page.locator("[data-chat]")).to_have_attribute("data-connection", "stopped")
    found["stopped"] = violations(reader.page)

    assert not {state: rules for state, rules in found.items() if rules}


UNKNOWN_HOST = "127.0.0.2"  # loopback as well, and not a name that every chat answers to
TWO_ADDRESSES = (
    *("-m", "daphne", "chatsite.asgi:application"),
    *("-e", "tcp:port={port}:interface=127.0.0.1"),
    *("-e", f"tcp:port={{port}}:interface={UNKNOWN_HOST}"),
)


@pytest.fixture(scope="module")
def broken_node():
    """A server that cannot read the messages of the room "broken"."""
    with processes.chat_node(command=TWO_ADDRESSES) as server:
        with connect(f"{server.ws_url}/ws/broken", proxy=None) as socket:
            socket.send("Hello")
            socket.recv(timeout=10)
        with closing(sqlite3.connect(server.data_dir / "chat.sqlite3", timeout=10)) as database:
            database.execute("UPDATE chat_message SET posted_at = 'never'")
            database.commit()
        yield server


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_error_pages(new_context, broken_node, violations, scheme):
    page = new_context(color_scheme=scheme).new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    known = broken_node.url
    found = {}
    for address, status in (
        (f"{known}/r/No_Such_Room/", 404),
        (f"{known}/nowhere/", 404),
        (f"{known}/offline/", 200),
        (f"{known.replace('127.0.0.1', UNKNOWN_HOST)}/", 400),
        (f"{known}/r/broken/", 500),
        (f"{known}/rooms/", 200),
    ):
        assert page.goto(address).status == status
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        found[address] = violations(page)

    assert not {address: rules for address, rules in found.items() if rules}
    assert not [text for text in complaints if "server responded with a status of" not in text]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_without_javascript(
    new_context, shared_node, writer, room, violations, scheme
):
    """axe is a script: JavaScript is on, the page's scripts are removed and its noscript shown."""
    writer.sends_and_waits("Look: https://example.org")

    def without_script(route):
        response = route.fetch()
        shown = re.sub(r"</?noscript>|<script type=.module..*?</script>", "", response.text())
        encoded = ("content-encoding", "content-length")
        headers = {name: text for name, text in response.headers.items() if name not in encoded}
        route.fulfill(status=response.status, headers=headers, body=shown)

    page = new_context(base_url=shared_node.url, color_scheme=scheme).new_page()
    page.route(f"**{room}", without_script)
    page.goto(room)
    expect(page.get_by_role("textbox", name="Your name")).to_be_visible()
    expect(page.get_by_text("Look: https://example.org")).to_be_visible()

    assert not violations(page)
