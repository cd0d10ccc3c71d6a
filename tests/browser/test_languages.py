"""The page in a browser set to another language."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE, Person
from tests.browser.wire import Wire

MIXED = "شاهدوا https://example.org/a?b=c ثم قولوا hello, world!"
PARAGRAPHS = "On the hook behind the door, as always.\nخلف الباب كالعادة."
LOOKS = {
    "phone-light": (PHONE, "light"),
    "phone-dark": (PHONE, "dark"),
    "desktop-light": (DESKTOP, "light"),
    "desktop-dark": (DESKTOP, "dark"),
}
# The page's own text; users' text is in a <bdi>, a message's body or a field.
WORDS = """() => {
    const chosen = "bdi, .message__body, .avatar, kbd, code, script, textarea, noscript";
    const all = (root) => [...root.querySelectorAll("*")];
    const templates = [...document.querySelectorAll("template")].map(({ content }) => content);
    const found = document.querySelector("[data-chat]") ? [] : [document.title];
    for (const element of [document.body, ...templates].flatMap(all)) {
        const attributes = ["aria-label", "alt", "placeholder"];
        found.push(...attributes.map((name) => element.getAttribute(name) ?? ""));
        if (element.closest(chosen)) continue;
        const texts = [...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
        found.push(...texts.map(({ data }) => data));
    }
    return found;
}"""
DIRECTION = "element => getComputedStyle(element).direction"


def latin(page):
    """The words on the page in Latin letters, which may be untranslated."""
    foreign = re.compile(r"(?!(?:Enter|Escape|QR|UTC|https?)\b)\b[a-zA-Z]{2,}\b")
    said = [re.sub("\u2068.*?\u2069", "", text) for text in page.evaluate(WORDS)]
    return [text.strip() for text in said if foreign.search(text)]


def rename(person, name):
    field = person.page.locator("[data-name-input]")
    if not field.is_visible():  # it is visible at a first visit
        person.page.locator("[data-name-open]").click()
    field.fill(name)
    field.press("Enter")
    expect(field).to_be_hidden()


def speaker(context):
    """A person whose page is not in English, the language of the names in `Person`."""
    person = Person(context.new_page())
    person.field = person.page.locator("[data-composer-field]")
    return person


def test_a_page_in_arabic_has_no_untranslated_text(new_context, shared_node, room, alice):
    context = new_context(base_url=shared_node.url, locale="ar-EG", **DESKTOP)
    wire = Wire(context)
    noura = speaker(context).opens("/r/nobody-was-here/")
    expect(noura.status).to_contain_text("أنت وحدك هنا")
    assert not latin(noura.page)

    noura.opens(room)
    rename(noura, "نورة")
    alice.renames("ليلى")
    alice.sends_and_waits("أهلًا")
    noura.sends_and_waits(MIXED)
    expect(noura.status).to_contain_text("شخصان هنا")
    alice.field.press_sequentially("I think")
    expect(noura.page.locator("[data-typing]")).to_contain_text("يكتب الآن")
    noura.field.press_sequentially("@")
    expect(noura.page.locator("[data-mentions-status]")).to_contain_text("اسم واحد")
    noura.writes("x" * 4003)
    expect(noura.page.locator("[data-composer-counter]")).to_have_text(re.compile("أحرف زائدة"))
    assert not latin(noura.page)

    noura.writes("")
    wire.refuse = lambda post: {"code": "too_large", "detail": "Too long.", "retry_in_ms": None}
    noura.sends("مرفوضة")
    expect(noura.page.locator("[data-state=refused]")).to_contain_text("هذا أطول من المسموح")
    wire.cut(4030)
    expect(noura.status).to_contain_text("هناك اتصالات كثيرة جدًا الآن")
    assert not latin(noura.page)


def test_a_page_in_arabic_runs_from_right_to_left(new_context, shared_node, room, alice):
    noura = speaker(new_context(base_url=shared_node.url, locale="ar", **PHONE)).opens(room)
    noura.sends_and_waits(MIXED)
    alice.sends_and_waits(PARAGRAPHS)
    noura.sees(PARAGRAPHS)
    page = noura.page

    assert page.locator("html").get_attribute("dir") == "rtl"
    arabic, english = (page.locator(".message__body", has_text=text) for text in ("hello", "hook"))
    assert (arabic.evaluate(DIRECTION), english.evaluate(DIRECTION)) == ("rtl", "ltr")
    mine, hers = page.locator("[data-mine] .message__bubble"), english
    assert mine.bounding_box()["x"] < hers.bounding_box()["x"], "own messages are at the end"
    page.locator(".bar__people").tap()
    expect(page.locator("[data-people]")).to_be_in_viewport(ratio=1)
    assert page.locator("[data-people]").bounding_box()["x"] == 0
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["viewport"]["width"]

    expect(alice.message(MIXED)).to_be_visible()
    assert alice.page.locator(".message__body", has_text="hello").evaluate(DIRECTION) == "rtl"


def test_the_other_pages_are_in_arabic_too(new_context, shared_node):
    page = new_context(base_url=shared_node.url, locale="ar").new_page()
    for path in ("/rooms/", "/r/No_Such_Room/", "/nowhere/"):
        page.goto(path)
        assert page.locator("html").get_attribute("dir") == "rtl"
        assert not latin(page)


def test_a_page_in_german_declares_its_language_and_uses_its_plurals(
    new_context, shared_node, room, alice
):
    jonas = speaker(new_context(base_url=shared_node.url, locale="de-AT", **DESKTOP)).opens(room)
    alice.sends_and_waits("Hello")

    assert jonas.page.locator("html").get_attribute("lang") == "de"
    expect(jonas.field).to_have_attribute("placeholder", "Nachricht schreiben")
    expect(jonas.status).to_contain_text("2 Personen hier")
    expect(jonas.page.locator(".day")).to_have_text("Heute")
    alice.page.close()
    expect(jonas.status).to_contain_text("Nur du bist hier")
    jonas.page.locator("[data-name-input]").fill("x" * 33)
    jonas.page.locator("[data-name-input]").press("Enter")
    expect(jonas.page.get_by_role("alert")).to_contain_text("Namen haben höchstens 32 Zeichen")


def test_a_refusal_without_javascript_is_in_german(new_context, shared_node, room):
    page = new_context(base_url=shared_node.url, locale="de", java_script_enabled=False).new_page()
    page.goto(room)
    page.get_by_role("textbox", name="Dein Name").fill("A\u202eda")
    page.get_by_role("textbox", name="Nachricht an").fill("Hallo")
    page.get_by_role("button", name="Senden").click()

    expect(page.get_by_role("alert")).to_contain_text("Nicht gesendet: Ein Name darf keine")


@pytest.mark.screenshots
@pytest.mark.parametrize("language", ["ar", "de"])
def test_screenshots_of_each_language(new_context, shared_node, room, shoot, bob, enter, language):
    bob.renames("Jonas W.")
    for look, (device, scheme) in LOOKS.items():
        options = {"locale": language, "color_scheme": scheme, **device}
        context = new_context(base_url=shared_node.url, **options)
        wire = Wire(context)
        reader = speaker(context).opens("/r/nobody-was-here/")
        shoot(reader, f"{language}-{look}-empty")
        reader.opens(room)
        bob.sends_and_waits(PARAGRAPHS)
        reader.sends_and_waits(MIXED)
        bob.field.press_sequentially("The more")
        expect(reader.page.locator("[data-typing]")).to_have_attribute("data-shown", "")
        shoot(reader, f"{language}-{look}-conversation")
        if device is PHONE:
            reader.page.locator(".bar__people").tap()
            shoot(reader, f"{language}-{look}-drawer")
            reader.page.keyboard.press("Escape")
            reader.page.locator("[data-rooms-opener]").tap()
            shoot(reader, f"{language}-{look}-rooms")
            reader.page.keyboard.press("Escape")
        reader.page.locator("[data-name-open]").click()
        reader.writes(PARAGRAPHS)
        shoot(reader, f"{language}-{look}-writing")
        reader.lists_the_shortcuts()
        shoot(reader, f"{language}-{look}-shortcuts")
        reader.page.keyboard.press("Escape")
        wire.refuse = lambda post: {"code": "not_stored", "detail": "No.", "retry_in_ms": None}
        reader.sends(MIXED)
        expect(reader.page.locator("[data-state=refused]")).to_be_visible()
        wire.cut(4053)
        reader.sends(PARAGRAPHS)
        expect(reader.page.locator(".composer__offline")).to_be_visible()
        shoot(reader, f"{language}-{look}-disconnected")
        plain = new_context(
            base_url=shared_node.url, java_script_enabled=False, **options
        ).new_page()
        plain.goto(room)
        shoot(plain, f"{language}-{look}-without-javascript")
