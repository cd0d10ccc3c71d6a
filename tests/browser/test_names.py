"""People's names, and how a newcomer chooses one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

SEND = ".composer__send"


def name_field(person):
    return person.page.get_by_role("textbox", name="Your name")


def author(person, text):
    return person.message(text).locator("[data-part=author]")


def test_a_newcomer_is_asked_for_a_name_once_and_the_first_message_has_it(alice, bob):
    made_up = name_field(alice).input_value()
    assert re.fullmatch(r"\w+ \w+", made_up)
    expect(name_field(alice)).to_have_accessible_description("Others see this.")

    name_field(alice).fill("Ada")
    alice.field.click()
    alice.field.press_sequentially("Hello")
    alice.page.locator(SEND).click()

    expect(author(bob, "Hello")).to_have_text("Ada")
    expect(name_field(alice)).to_be_hidden()
    expect(alice.page.locator("[data-name-shown]")).to_have_text("Ada")
    alice.reloads()
    expect(name_field(alice)).to_be_hidden()
    expect(alice.page.locator("[data-name-shown]")).to_have_text("Ada")


def test_a_newcomer_who_just_writes_keeps_the_suggested_name(alice, bob):
    made_up = name_field(alice).input_value()

    alice.sends("Hello")

    expect(author(bob, "Hello")).to_have_text(made_up)
    expect(name_field(alice)).to_be_hidden()
    expect(alice.page.locator("[data-name-shown]")).to_have_text(made_up)


def test_a_name_that_a_newcomer_enters_offline_is_set_after_connecting(carol_and_wire, bob):
    carol, wire = carol_and_wire
    wire.cut()
    carol.loses_the_connection()
    name_field(carol).fill("Carol")
    carol.sends("Hello")
    expect(name_field(carol)).to_be_hidden()

    wire.restore()

    expect(author(bob, "Hello")).to_have_text("Carol")


def test_an_invalid_name_of_a_newcomer_is_explained_and_stays_in_the_field(alice):
    name_field(alice).fill("A\u202eda")
    alice.sends("Hello")

    expect(alice.page.get_by_role("alert")).to_contain_text("A name can't contain")
    expect(name_field(alice)).to_be_visible()


@pytest.mark.parametrize("leave", ["Save", "Cancel"])
def test_the_focus_returns_to_the_composer_after_the_name(alice, leave):
    alice.sends_and_waits("Hello")
    alice.page.get_by_role("button", name="Change your name").click()
    name_field(alice).fill("Ada")

    alice.page.get_by_role("button", name=leave).click()

    expect(alice.field).to_be_focused()


def test_a_newcomer_sees_who_can_read_before_the_first_message(alice):
    note = alice.page.get_by_text("Anyone with the link can read and write. Messages are saved.")
    expect(note).to_be_in_viewport(ratio=1)
    expect(alice.page.locator("[data-empty]")).to_contain_text("Messages are saved.")

    alice.sends_and_waits("Hello")

    expect(note).to_be_hidden()
