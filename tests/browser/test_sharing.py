"""A room's link, passed on as a QR code or by the device's own way."""

from __future__ import annotations

from io import BytesIO

import segno
from playwright.sync_api import expect

from tests.browser.person import PHONE


def code_of(link):
    picture = BytesIO()
    code = segno.make(link, error="m", micro=False)
    code.save(picture, kind="svg", border=4, dark="#000", light="#fff", omitsize=True)
    return picture.getvalue()


def test_the_share_dialog_shows_the_link_and_its_code(alice):
    alice.page.get_by_role("complementary").get_by_role("button", name="QR code").click()

    dialog = alice.page.get_by_role("dialog", name="Share")
    expect(dialog.get_by_role("textbox", name="Link to this room")).to_have_value(alice.page.url)
    code = dialog.get_by_role("img", name="QR code of the link to this room")
    expect(code).to_have_js_property("naturalWidth", code.evaluate("code => code.naturalHeight"))
    assert code.evaluate("code => code.decode().then(() => code.naturalWidth)") > 0
    picture = alice.page.request.get(code.get_attribute("src"))
    assert picture.body() == code_of(alice.page.url)
    alice.page.keyboard.press("Escape")
    expect(
        alice.page.get_by_role("complementary").get_by_role("button", name="QR code")
    ).to_be_focused()


def test_a_phone_shares_the_link_its_own_way(enter):
    carol = enter(**PHONE)
    carol.page.add_init_script("navigator.share = async (data) => { window.shared = data; };")
    carol.reloads()
    carol.page.get_by_role("button", name="People here").tap()
    carol.page.get_by_role("complementary").get_by_role("button", name="QR code").tap()

    carol.page.get_by_role("button", name="Share with an app").tap()

    assert carol.page.evaluate("window.shared.url") == carol.page.url
    carol.page.keyboard.press("Escape")
    expect(carol.page.get_by_role("button", name="People here")).to_be_focused()
