"""The log in the moderators' panel."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from testing.waiting import wait_until
from tests.browser.owners import act, opens_own_room, opens_the_desk


@pytest.fixture
def owner(enter):
    """Olivia owns a room and is in it."""
    olivia = enter()
    opens_own_room(olivia)
    return olivia


def changes_rules_in_time(person, **rules):
    """Moderators have a rate limit."""
    fields = {"act_id": str(uuid4()), "rules": rules}
    wait_until(lambda: person.asks("act.rules", fields)["type"] == "ack")


def test_a_message_is_shown_from_the_log(owner):
    owner.sends_many([f"Message {number}" for number in range(120)])
    act(owner, "act.pin", seq=5, on=True)
    panel = opens_the_desk(owner)
    panel.get_by_role("tab", name="Log").click()

    panel.get_by_role("button", name="Show", exact=True).first.click()

    expect(panel).to_be_hidden()
    expect(owner.page.locator(".message[data-seq='5']")).to_be_in_viewport()


def test_older_entries_of_the_log_follow_on_demand(owner):
    for seconds in range(1, 61):
        changes_rules_in_time(owner, slow_seconds=seconds)
    panel = opens_the_desk(owner)
    panel.get_by_role("tab", name="Log").click()
    entries = panel.get_by_role("tabpanel").get_by_role("listitem")
    expect(entries).to_have_count(50)

    panel.get_by_role("button", name="Show older").click()

    expect(entries).to_have_count(61)  # olivia became an owner, too
    expect(panel.get_by_role("button", name="Show older")).to_be_hidden()
