"""How the page comes over the wire: few requests, none that waits for another module."""

from __future__ import annotations

import re

from playwright.sync_api import expect

RESOURCES = "performance.getEntriesByType('resource').map(({ name }) => name)"
LINKED = (
    "[...document.querySelectorAll('link[rel=modulepreload], script')].map((e) => e.href || e.src)"
)


def test_the_page_names_every_module_that_it_loads_and_loads_each_once(alice):
    loaded = alice.page.evaluate(RESOURCES)
    modules = [url for url in loaded if url.endswith(".js")]
    named = [url for url in alice.page.evaluate(LINKED) if url]

    assert len(modules) > 30
    assert sorted(modules) == sorted(named)
    assert len(loaded) == len(set(loaded))
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", url) for url in modules)


def test_all_styles_come_in_one_sheet_and_one_for_the_dark(alice):
    sheets = [url for url in alice.page.evaluate(RESOURCES) if url.endswith(".css")]

    assert sorted(re.sub(r".*/(\w+)\..*", r"\1", url) for url in sheets) == ["chat", "dark"]
    expect(alice.page.locator("body")).to_have_css("margin-block-start", "0px")
