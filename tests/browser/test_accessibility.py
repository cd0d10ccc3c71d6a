"""What axe-core finds, and how the page bears large text and the system's own colours."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.person import DESKTOP, PHONE
from tests.conftest import missing

DEVICES = {"phone": PHONE, "desktop": DESKTOP}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


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
        found, passed = page.evaluate(
            "axe.run().then((all) => [all.violations, all.passes.length])"
        )
        assert passed > 10
        return [
            f"{rule['id']}: {rule['help']}: {node['html'][:200]}"
            for rule in found
            for node in rule["nodes"]
        ]

    return violations


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", DEVICES)
def test_axe_finds_no_violation(enter, bob, room, violations, device, scheme):
    bob.says_for_good("Look: https://example.org")
    bob.says_for_good("🎉")
    reader = enter(color_scheme=scheme, **DEVICES[device])
    reader.says_for_good("I see")
    found = {"conversation": violations(reader.page)}

    reader.looks_away()
    bob.says_for_good("New")
    reader.looks_back()
    reader.field.press_sequentially("@")
    expect(reader.page.get_by_role("option")).to_have_count(1)
    found["completing"] = violations(reader.page)
    reader.field.press("Escape")
    reader.page.locator("[data-stream]").focus()
    reader.page.keyboard.press("?")
    found["shortcuts"] = violations(reader.page)
    reader.page.keyboard.press("Escape")
    reader.page.get_by_role("button", name="Change your name").click()
    found["renaming"] = violations(reader.page)
    if device == "phone":
        reader.page.get_by_role("button", name="People here").tap()
        found["drawer"] = violations(reader.page)
    reader.opens("/r/empty-room/")
    found["empty room"] = violations(reader.page)

    assert not {state: rules for state, rules in found.items() if rules}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation_on_the_pages_of_errors(new_context, house, violations, scheme):
    page = new_context(base_url=house.url, color_scheme=scheme).new_page()
    for path in ("/r/No_Such_Room/", "/nowhere/"):
        page.goto(path)
        assert not violations(page)


@pytest.mark.parametrize("device", DEVICES)
def test_text_of_twice_the_size_fits(enter, bob, shoot, device):
    bob.says_for_good("Is everything readable, also with a_very_long_word_without_a_break_in_it?")
    reader = enter(**DEVICES[device])
    reader.page.evaluate("document.documentElement.style.fontSize = '200%'")
    reader.says_for_good("It is")

    expect(reader.message("It is")).to_be_in_viewport()
    expect(reader.field).to_be_in_viewport()
    assert reader.page.evaluate(OVERFLOW) == 0
    shoot(reader, f"{device}-text-200")


def test_the_systems_own_colours_have_their_picture(enter, bob, shoot):
    bob.says_for_good("Hello")
    reader = enter(forced_colors="active")
    reader.says_for_good("Hello to you")
    reader.looks_away()
    bob.says_for_good("New")
    reader.looks_back()
    reader.field.press_sequentially("@")

    expect(reader.page.get_by_role("option")).to_have_count(1)
    shoot(reader, "desktop-forced-colors")
