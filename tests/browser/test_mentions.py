"""Mentions are highlighted, those of the reader more; the text is unchanged."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.person import DESKTOP, PHONE, Person


def named(person):
    return person.bodies.locator(".message__mention")


def test_mentions_are_highlighted_for_everybody_and_more_for_the_person_mentioned(
    alice, bob, enter
):
    alice.renames("Ada Lovelace")
    bob.renames("Bob")
    carol = enter()
    text = "Thanks @ADA lovelace, and @Bob! @nobody https://example.org/@Bob <b>@Bob</b>"
    carol.sends_and_waits(text)

    for person, mine in ((alice, ["@ADA lovelace"]), (bob, ["@Bob", "@Bob"]), (carol, [])):
        expect(named(person)).to_have_text(["@ADA lovelace", "@Bob", "@Bob"])
        expect(person.bodies.locator(".message__mention[data-me]")).to_have_text(mine)
        assert person.bodies.first.text_content() == text
        assert person.page.locator(".message[data-mentions-me]").count() == bool(mine)


def test_a_new_name_is_highlighted_in_earlier_messages(alice, bob):
    bob.sends_and_waits("Is @Ada Lovelace here?")
    alice.sees("Is @Ada Lovelace here?")
    expect(named(alice)).to_have_count(0)

    alice.renames("Ada Lovelace")

    expect(alice.bodies.locator(".message__mention[data-me]")).to_have_text("@Ada Lovelace")
    expect(named(bob)).to_have_text("@Ada Lovelace")


@pytest.mark.screenshots
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_screenshots_of_a_mention(new_context, shared_node, room, bob, shoot, scheme, device):
    reader = Person(new_context(base_url=shared_node.url, color_scheme=scheme, **device).new_page())
    reader.opens(room)
    bob.renames("Jonas W.")
    reader.renames("Mara")
    reader.sends_and_waits("Thanks @Jonas W., see you there")
    bob.sends_and_waits("@Mara could you bring the long table, please? And ask @Mara’s sister too.")
    bob.sends_and_waits("I, @Jonas W., will bring the rest")

    expect(reader.bodies.locator(".message__mention[data-me]")).to_have_count(2)
    shoot(reader, f"{'phone' if device is PHONE else 'desktop'}-{scheme}-mention")
