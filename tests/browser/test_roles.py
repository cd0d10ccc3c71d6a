"""Owners and moderators, named as such beside their names."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.test_message_actions import selects
from tests.browser.test_removed import id_of


def rules(*roles, **rules):
    """A frame with a room's rules and roles: pairs of an author_id and a role."""
    given = [{"author_id": person, "name": "", "role": role} for person, role in roles]
    return {"type": "room.rules", "rules": rules, "roles": given, "pins": [], "raid_until": None}


def test_roles_stand_beside_names_until_they_end(alice, carol_and_wire):
    carol, wire = carol_and_wire
    alice.renames("Alice")
    alice.sends_and_waits("One")
    carol.sees("One")
    head = carol.messages.first.locator(".role")
    row = carol.page.get_by_title("Mention Alice")
    expect(row).to_be_visible()

    wire.send(rules((id_of(alice), "owner"), (id_of(carol), "moderator")))

    expect(head).to_have_text("Owner")
    expect(row).to_contain_text("Owner")
    expect(carol.page.locator("[data-people-list] li").first).to_contain_text("Moderator")
    alice.sends_and_waits("Two")
    carol.sees("Two")
    selects(carol, "Two")
    expect(carol.message("Two")).to_have_attribute(
        "aria-label", re.compile("Alice.*, Owner, .*Two")
    )

    wire.send(rules())
    expect(head).to_be_hidden()
    expect(row).not_to_contain_text("Owner")
