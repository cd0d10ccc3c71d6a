"""The chat as an installed app: its manifest, and text that other apps share."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect


def test_the_browser_accepts_the_manifest(alice):
    devtools = alice.page.context.new_cdp_session(alice.page)

    manifest = devtools.send("Page.getAppManifest")
    faults = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]

    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["start_url"] == "/"
    # Tests run in private browsers, which cannot install apps.
    assert [fault["errorId"] for fault in faults if fault["errorId"] != "in-incognito"] == []


def test_text_that_another_app_shares_is_put_into_the_composer(enter):
    alice = enter("/?title=&text=Look+at+this&url=https://a.example/%3Cb%3E")

    expect(alice.field).to_have_value("Look at this\nhttps://a.example/<b>")
    expect(alice.page).to_have_url(re.compile(r"/$"))
    alice.reloads()
    expect(alice.field).to_have_value("Look at this\nhttps://a.example/<b>")
    assert alice.page.locator(".message", has_text="Look at this").count() == 0
