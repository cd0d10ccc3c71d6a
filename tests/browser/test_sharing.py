"""Sharing a room's link: by copying it, as a QR code, or with the device's share sheet."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from chat.access.lan import lan_address
from testing import processes
from testing.person import PHONE, Person
from tests.browser.conftest import PUBLIC_URL
from tests.conftest import missing
from tests.qr_codes import code_of

LOCAL = ("manage.py", "serve", "--local", "--port", "{port}")
NO_CLIPBOARD = """
    Object.defineProperty(navigator, "clipboard", { value: undefined });
    document.execCommand = () => false;
"""


def invites(person):
    person.page.get_by_role("banner").get_by_role("button", name="Invite").click()
    return person.page.get_by_role("dialog", name="Invite people")


def pastes(person):
    """The content of the clipboard, pasted into the composer."""
    person.writes("")
    person.field.press("ControlOrMeta+V")
    return person.field.input_value()


@pytest.fixture(scope="module")
def lan_node():
    """A node as `make run HOST=0.0.0.0` starts it."""
    if lan_address() is None:
        missing("a network address", "connect this machine to a network")
    with processes.chat_node(command=(*LOCAL, "--bind", "0.0.0.0")) as server:
        yield server


def test_the_share_dialog_shows_the_link_and_its_code(alice, room):
    dialog = invites(alice)

    link = PUBLIC_URL + room
    expect(dialog.get_by_role("textbox", name="Link to this room")).to_have_value(link)
    code = dialog.get_by_role("img", name="QR code of the link to this room")
    expect(code).to_have_js_property("naturalWidth", code.evaluate("code => code.naturalHeight"))
    assert code.evaluate("code => code.decode().then(() => code.naturalWidth)") > 0
    picture = alice.page.request.get(code.get_attribute("src"))
    assert picture.body() == code_of(link)
    alice.page.keyboard.press("Escape")
    expect(alice.page.get_by_role("banner").get_by_role("button", name="Invite")).to_be_focused()


def test_a_phone_shares_the_link_with_its_share_sheet(enter, room):
    carol = enter(**PHONE)
    carol.page.add_init_script("navigator.share = async (data) => { window.shared = data; };")
    carol.reloads()
    invites(carol)

    carol.page.get_by_role("button", name="Share with an app").tap()

    assert carol.page.evaluate("window.shared.url") == PUBLIC_URL + room


def test_the_people_panel_invites_too_and_returns_the_focus(enter):
    carol = enter(**PHONE)
    carol.sends_and_waits("Hello")
    carol.page.get_by_role("button", name="People here").tap()
    carol.page.get_by_role("complementary").get_by_role("button", name="Invite people").tap()
    expect(carol.page.get_by_role("dialog", name="Invite people")).to_be_visible()

    carol.page.keyboard.press("Escape")

    expect(carol.page.get_by_role("button", name="People here")).to_be_focused()


def test_the_button_shows_for_a_moment_that_the_link_was_copied(alice, room):
    alice.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    alice.page.clock.install()
    dialog = invites(alice)
    width = dialog.get_by_role("button", name="Copy link").bounding_box()["width"]

    dialog.get_by_role("button", name="Copy link").click()

    copied = dialog.get_by_role("button", name="Copied")
    expect(copied).to_be_visible()
    assert copied.bounding_box()["width"] == width, "its neighbours do not move"
    expect(dialog.get_by_role("status")).to_have_text("Copied")
    alice.page.clock.fast_forward(2_500)
    expect(dialog.get_by_role("button", name="Copy link")).to_be_visible()
    alice.page.keyboard.press("Escape")
    assert pastes(alice) == PUBLIC_URL + room


def test_a_link_that_cannot_be_copied_is_selected_and_the_shortcut_named(alice):
    alice.page.add_init_script(NO_CLIPBOARD)
    alice.reloads()
    dialog = invites(alice)

    dialog.get_by_role("button", name="Copy link").click()

    expect(dialog.get_by_text("Press Ctrl+C to copy")).to_be_visible()
    field = dialog.get_by_role("textbox", name="Link to this room")
    assert field.evaluate("({ selectionStart, selectionEnd }) => selectionEnd - selectionStart") > 0


def test_the_address_that_make_run_prints_opens_on_the_network_and_is_copied_there(
    lan_node, new_context
):
    link = re.search(r"On your network: +(http\S+)", lan_node.log_text())[1]
    page = new_context().new_page()
    neighbour = Person(page).opens(link)
    assert link == f"http://{lan_address()}:{lan_node.port}/"
    assert not page.evaluate("isSecureContext"), "plain http has no navigator.clipboard"

    dialog = invites(neighbour)
    expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    dialog.get_by_role("button", name="Copy link").click()

    expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    page.keyboard.press("Escape")
    assert pastes(neighbour) == link


def test_on_the_machine_itself_the_link_has_the_network_address(lan_node, new_context):
    owner = Person(new_context().new_page()).opens(f"{lan_node.url}/r/attic/")

    dialog = invites(owner)

    link = f"http://{lan_address()}:{lan_node.port}/r/attic/"
    expect(dialog.get_by_role("textbox", name="Link to this room")).to_have_value(link)
    assert owner.page.request.get(f"{lan_node.url}/r/attic/qr.svg").body() == code_of(link)
    expect(dialog.get_by_text("works only on this computer")).to_be_hidden()


def test_a_link_that_works_only_here_is_marked_with_the_command_to_run(new_context):
    with processes.chat_node(command=LOCAL) as server:
        owner = Person(new_context().new_page()).opens(server.url)
        note = owner.page.locator("[data-empty] .invite__local")
        expect(note).to_contain_text("This address works only on this computer.")
        expect(note).to_contain_text(f"make run HOST=0.0.0.0 PORT={server.port}")
        if lan_address():
            expect(note).to_contain_text(f"http://{lan_address()}:{server.port}")
        dialog = invites(owner)
        expect(dialog.get_by_text("works only on this computer")).to_be_visible()
        expect(dialog.get_by_role("img")).to_be_hidden()
        owner.page.keyboard.press("Escape")


def test_a_production_server_on_loopback_names_the_setting(new_context):
    with processes.chat_node() as server:
        operator = Person(new_context().new_page()).opens(server.url)

        note = operator.page.locator("[data-empty] .invite__local")

        expect(note).to_contain_text("set PUBLIC_URL")
