"""Owner links: the one of a new room, and becoming an owner by one."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE, Person
from tests.browser.conftest import PUBLIC_URL
from tests.browser.owners import creates_a_room, desk_button, opens_own_room, owner_link

# Where a key could stay behind: the address, what Back leads to, and what the browser stores.
TRACES = """
    () => JSON.stringify([
        location.href,
        window.navigation.entries().map(({ url }) => url),
        { ...localStorage },
        { ...sessionStorage },
        document.documentElement.outerHTML,
    ])
"""


def opens_link(person, link):
    """Open an owner link, whose host is that of PUBLIC_URL."""
    person.page.goto(link.removeprefix(PUBLIC_URL))
    return person.connects()


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_new_room_shows_its_owner_link_once(enter, device):
    carol = enter(**device)
    dialog = creates_a_room(carol)

    invite = dialog.get_by_role("textbox", name="Invite link").input_value()
    link = owner_link(dialog)
    assert invite.startswith(f"{PUBLIC_URL}/r/workshop-")
    assert link.startswith(f"{invite}#key=")
    expect(dialog.get_by_role("button", name="Open the room")).to_be_focused()
    carol.page.keyboard.press("Enter")
    carol.page.wait_for_url(lambda url: "/r/workshop" in url)
    carol.connects()

    expect(desk_button(carol)).to_be_visible()
    expect(carol.page.get_by_role("dialog")).to_have_count(0)
    key = link.partition("#key=")[2]
    assert key not in carol.page.evaluate(TRACES)
    carol.reloads()
    expect(desk_button(carol)).to_be_visible()
    expect(carol.page.get_by_role("dialog")).to_have_count(0)


def test_the_owner_link_stays_until_the_button_is_pressed(alice):
    dialog = creates_a_room(alice)

    for name in ("Escape", "Enter"):
        dialog.get_by_role("textbox", name="Owner link").press(name)

    expect(dialog).to_be_visible()
    assert "/r/workshop" not in alice.page.url


def test_both_links_of_a_new_room_can_be_copied(alice):
    alice.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog = creates_a_room(alice)

    for name in ("Invite link", "Owner link"):
        dialog.get_by_role("button", name=f"Copy link {name}").click()

        link = dialog.get_by_role("textbox", name=name).input_value()
        assert alice.page.evaluate("navigator.clipboard.readText()") == link


def test_no_room_is_created_while_its_owner_link_could_not_be_shown(alice):
    alice.page.route("**/owner_link.*.js", lambda route: route.abort("connectionrefused"))
    asked = []
    alice.page.on("request", lambda request: request.method == "POST" and asked.append(request))

    field = alice.page.get_by_role("textbox", name="New room")
    field.fill("Never made")
    field.press("Enter")

    expect(alice.page.get_by_role("navigation").get_by_role("alert")).not_to_be_empty()
    assert not asked


def test_an_owner_link_makes_whoever_opens_it_an_owner_and_leaves_no_trace(alice, bob):
    path, link = opens_own_room(alice)
    bob.opens(path)
    expect(desk_button(bob)).to_be_hidden()

    opens_link(bob, link)

    expect(bob.status).to_contain_text("You are now an owner of this room.")
    expect(desk_button(bob)).to_be_visible()
    assert link.partition("#key=")[2] not in bob.page.evaluate(TRACES)
    assert bob.page.evaluate("location.pathname + location.hash") == path


def test_the_key_leaves_the_address_before_the_page_connects(new_context, shared_node, alice):
    _, link = opens_own_room(alice)
    context = new_context(base_url=shared_node.url)
    context.route_web_socket(lambda url: True, lambda socket: None)  # it never answers
    dora = Person(context.new_page())

    dora.page.goto(link.removeprefix(PUBLIC_URL))

    dora.page.wait_for_function("location.hash === ''")
    expect(dora.page.locator("[data-chat]")).to_have_attribute("data-connection", "connecting")


def test_an_owner_link_works_in_a_room_that_is_open_already(alice, bob):
    path, link = opens_own_room(alice)
    alice.sends_and_waits("Hello")
    bob.opens(path)
    bob.sees("Hello")

    bob.page.evaluate("hash => { location.hash = hash; }", link.partition("#")[2])

    expect(desk_button(bob)).to_be_visible()
    assert link.partition("#key=")[2] not in bob.page.evaluate(TRACES)
    expect(bob.status).not_to_contain_text("not in this room")


def test_a_wrong_key_makes_nobody_an_owner(alice, bob):
    path, _ = opens_own_room(alice)

    opens_link(bob, f"{path}#key=guessed")

    expect(bob.status).to_contain_text("This owner link is not valid any more.")
    expect(desk_button(bob)).to_be_hidden()
