"""People in a room with an owner: what tests of moderation have in common."""

from __future__ import annotations

from uuid import uuid4

from playwright.sync_api import expect

from tests.browser.commands import command
from tests.browser.test_removed import id_of


def sets_rules(owner, **rules):
    """The owner changes the room's rules."""
    command(owner, "act.rules", act_id=str(uuid4()), rules=rules)


def appoints(owner, person):
    """The owner makes this person a moderator."""
    command(owner, "act.role", act_id=str(uuid4()), author_id=id_of(person), role="moderator")


def toast(person):
    """The notices above the composer."""
    return person.page.locator("[data-toasts] .toast")


def undoes(person, text):
    """Press Undo in the notice that says this."""
    notice = toast(person).filter(has_text=text)
    expect(notice).to_be_visible()
    notice.get_by_role("button", name="Undo").click()


def chooses_about(person, name, entry):
    """Choose an entry of the menu of somebody in the list of people."""
    menu = person.page.get_by_role("button", name=f"More about {name}")
    menu.hover()
    menu.click()
    person.page.get_by_role("menuitem", name=entry, exact=True).click()
