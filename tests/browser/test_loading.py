"""How the page loads: few requests, and no chain of modules."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE, Person
from tests.browser.wire import Wire

RESOURCES = "performance.getEntriesByType('resource').map(({ name }) => name)"
LINKED = (
    "[...document.querySelectorAll('link[rel=modulepreload], script')].map((e) => e.href || e.src)"
)


def name_of(url):
    return re.sub(r".*/(\w+)\..*", r"\1", url)


def test_every_module_is_loaded_once_and_preloaded_if_connecting_needs_it(alice):
    loaded = alice.page.evaluate(RESOURCES)
    modules = [url for url in loaded if url.endswith(".js")]
    named = [url for url in alice.page.evaluate(LINKED) if url]

    assert len(modules) > 30
    assert len(loaded) == len(set(loaded))
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", url) for url in modules)
    assert set(named) < set(modules)
    assert next(name_of(url) for url in modules if url not in named) == "panels"


def test_a_first_visit_makes_at_most_50_requests(new_context, shared_node, room):
    visitor = Person(new_context(base_url=shared_node.url, **PHONE).new_page())
    asked = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.page.goto(room, wait_until="networkidle")
    visitor.connects()

    assert len(asked) <= 50, asked


def test_the_conversation_works_without_the_panels(new_context, shared_node, alice, room):
    visitor = Person(new_context(base_url=shared_node.url, **DESKTOP).new_page())
    visitor.page.route("**/panels.*.js", lambda route: route.abort("connectionrefused"))
    visitor.page.goto(room)

    expect(visitor.status).to_contain_text("Reload it")
    visitor.sends_and_waits("All there is to it")
    alice.sees("All there is to it")


def test_missing_panels_are_reported_when_the_page_connects_late(new_context, shared_node, room):
    context = new_context(base_url=shared_node.url, **DESKTOP)
    wire = Wire(context)
    wire.cut()
    visitor = Person(context.new_page())
    visitor.page.clock.install()
    visitor.page.route("**/panels.*.js", lambda route: route.abort("connectionrefused"))
    with visitor.page.expect_event("requestfailed", lambda request: "panels" in request.url):
        visitor.page.goto(room)
    expect(visitor.status).to_contain_text("Retrying")

    visitor.page.clock.fast_forward(21_000)  # longer than a notice is shown
    wire.restore()
    visitor.page.clock.fast_forward(21_000)

    expect(visitor.status).to_contain_text("Reload it")


def test_there_is_one_style_sheet_and_one_for_the_dark_theme(alice):
    sheets = [url for url in alice.page.evaluate(RESOURCES) if url.endswith(".css")]

    assert sorted(name_of(url) for url in sheets) == ["chat", "dark"]
    expect(alice.page.locator("body")).to_have_css("margin-block-start", "0px")


@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_latest_messages_are_read_before_a_module_has_run(
    new_context, shared_node, writer, room, device
):
    writer.sends_many([f"Message {number}" for number in range(40)])
    reader = Person(new_context(base_url=shared_node.url, **device).new_page())
    held = []
    reader.page.route("**/main.*.js", lambda route: held.append(route))
    reader.page.goto(room, wait_until="commit")

    expect(reader.message("Message 39")).to_be_in_viewport()
    expect(reader.message("Message 20")).not_to_be_in_viewport()
    before = reader.message("Message 39").bounding_box()
    [module] = held
    module.continue_()
    reader.connects()

    expect(reader.page.locator("[data-rendered]")).to_have_count(0)
    expect(reader.message("Message 39")).to_have_count(1)
    after = reader.message("Message 39").bounding_box()
    assert (after["x"], after["y"]) == pytest.approx((before["x"], before["y"]), abs=2)
