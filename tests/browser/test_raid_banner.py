"""What moderators see of a raid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from playwright.sync_api import expect


def test_moderators_see_a_raid_with_the_time_left_and_end_it(carol_and_wire):
    carol, wire = carol_and_wire
    until = (datetime.now(UTC) + timedelta(minutes=9, seconds=30)).isoformat()
    rules = {"type": "room.rules", "rules": {}, "roles": [], "pins": [], "raid_until": until}
    standing = {"is_regular": True, "is_muted": False, "muted_until": None, "held": []}
    banner = carol.page.locator("[data-raid-banner]")
    wire.send(rules)
    wire.send({"type": "you.changed", "role": None, **standing})
    expect(banner).to_be_hidden()

    wire.send({"type": "you.changed", "role": "moderator", **standing})
    expect(banner).to_contain_text("10 minutes left")
    banner.get_by_role("button", name="End this now").focus()
    wire.holds = lambda frame: frame["type"] == "act.end_raid"
    carol.page.keyboard.press("Enter")
    wire.send({**rules, "raid_until": None})

    expect(banner).to_be_hidden()
    assert [frame["type"] for frame in wire.sent].count("act.end_raid") == 1
    expect(carol.page.locator("[data-stream]")).to_be_focused()
