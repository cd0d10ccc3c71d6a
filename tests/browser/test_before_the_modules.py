"""The composer is a plain form until the modules have loaded, and stays one if they never do."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE, Person
from testing.waiting import wait_until

DEVICES = {"phone": PHONE, "desktop": DESKTOP}


@pytest.fixture
def visit(new_context, shared_node, room):
    """A person whose page lacks its main module: `carol, held = visit()`.

    Each request for it waits in `held`; with `held=None` it fails.
    """

    def visit(*, held=None, **options):
        page = new_context(base_url=shared_node.url, **(DESKTOP | options)).new_page()
        if held is None:
            page.route("**/main.*.js", lambda route: route.abort("connectionrefused"))
        else:
            page.route("**/main.*.js", lambda route: held.append(route))
        page.goto(room, wait_until="commit")
        expect(page.locator("[data-composer-field]")).to_be_visible()
        return Person(page)

    return visit


def waits_for(person, held):
    """Wait for a held request; Playwright handles requests only while one of its calls waits."""
    wait_until(lambda: person.page.wait_for_timeout(20) or held)


def go_on(person, held):
    """Let a request through as soon as it is held."""
    waits_for(person, held)
    held.pop().continue_()


def server_rendered(person):
    return person.page.locator("[data-rendered] .message__body")


@pytest.mark.parametrize("device", DEVICES)
def test_a_message_is_posted_if_the_modules_never_load(visit, alice, device):
    carol = visit(**DEVICES[device])
    carol.page.get_by_role("textbox", name="Your name").fill("Carol")

    carol.writes("On my way!")
    carol.page.get_by_role("button", name="Send").click()

    expect(server_rendered(carol)).to_have_text(["On my way!"])
    expect(carol.field).to_have_value("")
    expect(alice.message("On my way!").locator("[data-part=author]")).to_have_text("Carol")
    carol.writes("Nearly there")
    carol.page.get_by_role("button", name="Send").click()
    alice.sees_exactly(["On my way!", "Nearly there"])


@pytest.mark.parametrize("device", DEVICES)
def test_a_message_sent_before_the_modules_load_is_posted_once(visit, alice, device):
    carol = visit(held=(held := []), **DEVICES[device])
    carol.writes("On my way!")
    waits_for(carol, held)
    held.clear()  # this page never gets it

    carol.page.get_by_role("button", name="Send").click()
    expect(server_rendered(carol)).to_have_text(["On my way!"])
    go_on(carol, held)

    carol.connects()
    carol.sees_exactly(["On my way!"])
    alice.sees_exactly(["On my way!"])
    expect(carol.field).to_have_value("")


@pytest.mark.parametrize("again", [True, False], ids=["sent again", "left alone"])
def test_a_form_that_is_being_posted_when_the_modules_load_posts_once(visit, alice, room, again):
    """Playwright would wait for the page to unload, so the test posts the form itself."""
    carol = visit(held=(held := []))
    carol.writes("On my way!")
    fields = carol.page.locator("form.composer [name]").all()
    form = {field.get_attribute("name"): field.input_value() for field in fields}
    assert carol.page.request.post(f"{room}say/", form=form).ok
    go_on(carol, held)
    carol.connects()
    expect(carol.field).to_have_value("On my way!")
    if again:
        carol.field.press("Enter")
        carol.sees_exactly(["On my way!"])

    carol.page.goto(room, wait_until="commit")
    go_on(carol, held)
    carol.connects()

    carol.sees_exactly(["On my way!"])
    expect(carol.field).to_have_value("")
    carol.sends_and_waits("On my way!")
    alice.sees_exactly(["On my way!", "On my way!"])


def test_text_typed_before_the_modules_load_is_appended_to_the_draft(visit):
    carol = visit(held=(held := []))
    go_on(carol, held)
    carol.connects()
    carol.writes("A draft")
    carol.page.reload(wait_until="commit")
    carol.field.fill("")
    carol.field.press_sequentially("and more")

    go_on(carol, held)

    expect(carol.field).to_have_value("A draft\nand more")
    carol.field.press_sequentially(" to come")
    expect(carol.field).to_have_value("A draft\nand more to come")
    carol.page.reload(wait_until="commit")
    go_on(carol, held)
    expect(carol.field).to_have_value("A draft\nand more to come")


def test_a_name_typed_before_the_modules_load_is_kept(visit, alice):
    carol = visit(held=(held := []))
    carol.page.get_by_role("textbox", name="Your name").fill("Carol")

    go_on(carol, held)
    carol.connects()
    carol.sends("Hello")

    expect(alice.message("Hello").locator("[data-part=author]")).to_have_text("Carol")


@pytest.mark.parametrize("device", DEVICES)
def test_a_refused_message_says_why_and_keeps_its_text(visit, alice, device):
    carol = visit(**DEVICES[device])
    carol.writes("x" * 4001)

    carol.page.get_by_role("button", name="Send").click()

    expect(carol.page.get_by_role("alert")).to_contain_text("Not sent: Messages can be up to 4000")
    expect(carol.page.get_by_role("alert")).to_be_in_viewport(ratio=1)
    expect(carol.field).to_have_value("x" * 4001)
    carol.writes("Short")
    carol.page.get_by_role("button", name="Send").click()
    alice.sees_exactly(["Short"])


def test_the_modules_take_over_a_refused_message(visit, alice, shared_node, room):
    carol = visit()
    carol.writes("x" * 4001)
    carol.page.get_by_role("button", name="Send").click()
    expect(carol.page.get_by_role("alert")).to_be_visible()
    carol.page.unroute("**/main.*.js")
    carol.page.get_by_role("button", name="Send").click()

    carol.connects()

    assert carol.page.url == shared_node.url + room
    expect(carol.field).to_have_value("x" * 4001)
    carol.sends("Short")
    expect(carol.page.locator("[data-composer-refusal]")).to_have_count(0)
    alice.sees_exactly(["Short"])


def test_after_going_back_to_a_posted_form_another_message_can_be_posted(visit, alice):
    carol = visit()
    for text in ("One", "Two"):
        carol.writes(text)
        carol.page.get_by_role("button", name="Send").click()
        expect(server_rendered(carol).last).to_have_text(text)
        carol.page.go_back(wait_until="commit")

    alice.sees_exactly(["One", "Two"])


def test_a_page_without_its_modules_does_not_promise_to_send_later(visit):
    carol = visit()

    carol.page.wait_for_function("() => performance.now() > 2600")

    expect(carol.page.locator(".composer__offline")).to_be_hidden()
