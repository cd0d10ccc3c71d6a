"""The moderators' panel and the rules, by keyboard alone."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from testing.person import Person
from tests.browser.commands import command, post, refused
from tests.browser.owners import act, author_id, desk_button, opens_own_room, opens_the_desk
from tests.browser.wire import Wire


@pytest.fixture
def owner(enter):
    """Olivia owns a room and is in it."""
    olivia = enter()
    opens_own_room(olivia)
    return olivia


@pytest.fixture
def guest(enter, owner):
    """Somebody else in olivia's room."""
    return enter(owner.page.evaluate("location.pathname"))


def holds(owner, guest, *bodies):
    """The room holds these messages of the guest."""
    act(owner, "act.rules", rules={"hold": "everybody"})
    for body in bodies:
        assert posting(guest, body) == "held"


def posting(person, body):
    """The code with which a message is refused."""
    return refused(person, "message.post", body=body, client_message_id=str(uuid4()))


def keys(person, *names):
    for name in names:
        person.page.keyboard.press(name)


def focused(person):
    return person.page.locator(":focus")


def opens_by_keyboard(person):
    desk_button(person).focus()
    keys(person, "Enter")
    panel = person.page.get_by_role("dialog", name="Moderation", exact=True)
    expect(panel).to_be_visible()
    return panel


def tab(panel, name):
    return panel.get_by_role("tab", name=name)


def selects(person, panel, name):
    """Select a tab by the arrow keys."""
    panel.get_by_role("tab", selected=True).focus()
    while tab(panel, name).get_attribute("aria-selected") != "true":
        keys(person, "ArrowLeft")
    expect(tab(panel, name)).to_be_focused()


def moderator_on_a_wire(new_context, shared_node, owner):
    """Mo moderates olivia's room, over a wire that a test can change."""
    wire = Wire(context := new_context(base_url=shared_node.url))
    mo = Person(context.new_page()).opens(owner.page.evaluate("location.pathname"))
    act(owner, "act.role", author_id=author_id(mo), role="moderator")
    return mo, wire


def reports(person, seq, reason=""):
    command(person, "message.report", seq=seq, reason=reason)


def test_held_messages_are_decided_by_one_key_each(owner, guest):
    holds(owner, guest, "First", "Second", "Third")
    expect(desk_button(owner)).to_contain_text("3 wait for you")

    panel = opens_by_keyboard(owner)
    expect(focused(owner)).to_contain_text("First")
    keys(owner, "a")
    expect(focused(owner)).to_contain_text("Second")
    guest.sees("First")
    keys(owner, "d")
    expect(focused(owner)).to_contain_text("Third")
    expect(panel.get_by_role("status")).to_have_text("Declined")
    keys(owner, "a")

    expect(panel.get_by_text("No messages wait to be approved.")).to_be_visible()
    expect(tab(panel, "Held")).to_be_focused()
    guest.sees_exactly(["First", "Third"])
    expect(desk_button(owner)).not_to_contain_text("wait for you")


def test_a_key_that_is_held_down_decides_about_one_message_only(owner, guest):
    holds(owner, guest, "First", "Second")
    opens_by_keyboard(owner)
    expect(focused(owner)).to_contain_text("First")

    owner.page.keyboard.down("a")
    owner.page.keyboard.down("a")  # repeats, as while it is held down
    owner.page.keyboard.up("a")

    guest.sees("First")
    expect(focused(owner)).to_contain_text("Second")
    expect(desk_button(owner)).to_contain_text("1 waits for you")


def test_deciding_about_a_message_that_does_not_wait_any_more_is_explained(
    new_context, shared_node, guest, owner
):
    late, wire = moderator_on_a_wire(new_context, shared_node, owner)
    holds(owner, guest, "Only one")
    expect(desk_button(late)).to_contain_text("1 waits for you")
    panel = opens_by_keyboard(late)
    expect(focused(late)).to_contain_text("Only one")
    wire.withheld = ("moderation.changed", "room.rules", "room.changed")
    opens_by_keyboard(owner)
    expect(focused(owner)).to_contain_text("Only one")
    keys(owner, "d")
    expect(desk_button(owner)).not_to_contain_text("wait")

    keys(late, "a")

    expect(panel.get_by_role("status")).to_have_text("This message does not wait any more.")
    expect(panel.get_by_text("No messages wait to be approved.")).to_be_visible()


def test_the_panel_keeps_no_words_of_a_message_that_its_author_deletes(owner, guest):
    post(guest, "My number is 0170")
    owner.sees("My number is 0170")
    reports(owner, 1)
    panel = opens_by_keyboard(owner)
    reported = panel.get_by_role("article")
    expect(focused(owner)).to_contain_text("My number")
    reported.get_by_role("button", name="Remove").focus()

    command(guest, "message.delete", seq=1)

    expect(reported).to_contain_text("Message deleted")
    expect(reported).to_be_focused()
    assert "0170" not in owner.page.locator("body").inner_html()


def test_a_closed_panel_keeps_no_words(owner, guest):
    holds(owner, guest, "My number is 0170")
    panel = opens_by_keyboard(owner)
    expect(focused(owner)).to_contain_text("My number")

    keys(owner, "Escape")

    expect(panel).to_be_hidden()
    assert "0170" not in owner.page.locator("body").inner_html()


def test_a_message_that_could_not_be_decided_about_comes_back(
    new_context, shared_node, guest, owner
):
    mo, wire = moderator_on_a_wire(new_context, shared_node, owner)
    holds(owner, guest, "Only one")
    expect(desk_button(mo)).to_contain_text("1 waits for you")
    panel = opens_by_keyboard(mo)
    expect(focused(mo)).to_contain_text("Only one")
    decisions = []
    wire.holds = lambda frame: frame["type"] == "act.decline" and not decisions.append(frame)

    keys(mo, "d")
    expect(panel.get_by_role("listitem")).to_have_count(0)
    [decision] = decisions
    error = {"code": "not_stored", "detail": "Not now.", "retry_in_ms": None}
    wire.send({"type": "error", "reply_to": decision["id"], **error})

    expect(panel.get_by_role("listitem")).to_contain_text("Only one")
    expect(panel.get_by_role("status")).to_have_text("Not now.")


def test_a_report_leads_to_removing_and_the_log_to_undoing(owner, guest, enter):
    guest.sends_and_waits("Something rude")
    seq = int(guest.message("Something rude").get_attribute("data-seq"))
    other = enter(guest.page.url)
    reports(other, seq, "It is rude")
    expect(desk_button(owner)).to_contain_text("1 waits for you")

    panel = opens_by_keyboard(owner)
    expect(focused(owner)).to_contain_text("Something rude")
    expect(focused(owner)).to_contain_text("It is rude")
    expect(focused(owner)).to_contain_text("Reported by 1 person")
    keys(owner, "Tab")
    expect(focused(owner)).to_have_text("Remove")
    keys(owner, "Enter")

    expect(panel.get_by_text("No messages are reported.")).to_be_visible()
    expect(guest.message("Something rude")).to_have_count(0)
    selects(owner, panel, "Log")
    keys(owner, "Tab", "Tab")
    expect(focused(owner)).to_have_text("Undo")
    keys(owner, "Enter")
    expect(panel.get_by_role("tabpanel").get_by_text("undone by")).to_be_visible()
    guest.sees("Something rude")


def test_who_wrote_a_reported_message_is_muted_and_the_mute_ended(owner, guest, enter):
    guest.sends_and_waits("Something rude")
    seq = int(guest.message("Something rude").get_attribute("data-seq"))
    reports(enter(guest.page.url), seq)

    panel = opens_by_keyboard(owner)
    expect(focused(owner)).to_contain_text("Something rude")
    mute = panel.get_by_role("button", name="Mute", exact=True)
    mute.focus()
    keys(owner, "Enter")
    expect(mute).to_have_attribute("aria-expanded", "true")
    panel.get_by_role("group", name="Mute for").get_by_role("button", name="1 hour").focus()
    keys(owner, "Enter")
    expect(panel.get_by_role("status")).to_have_text("Muted")
    expect(mute).to_be_focused()
    assert posting(guest, "More of it") == "muted"

    panel.get_by_role("button", name="Settle").focus()
    keys(owner, "Enter")
    expect(panel.get_by_text("No messages are reported.")).to_be_visible()
    selects(owner, panel, "In force")
    keys(owner, "Tab")
    expect(focused(owner)).to_have_text("Unmute")
    keys(owner, "Enter")
    expect(panel.get_by_text("Nobody is muted or banned.")).to_be_visible()
    expect(tab(panel, "In force")).to_be_focused()
    guest.sends_and_waits("Sorry")


def test_rules_are_set_in_a_dialog_and_everybody_reads_what_changed(owner, guest):
    panel = opens_by_keyboard(owner)
    panel.get_by_role("button", name="Rules").focus()
    keys(owner, "Enter")
    dialog = owner.page.get_by_role("dialog", name="Rules of this room")
    dialog.get_by_label("Pause between two messages").select_option("5 minutes")
    dialog.get_by_role("radio", name="Regulars").check()
    dialog.get_by_role("checkbox", name="Newcomers' messages with links").check()

    keys(owner, "Enter")

    expect(dialog).to_be_hidden()
    for person in (owner, guest):
        expect(person.status).to_contain_text("Slow mode: 5 minutes")
        expect(person.status).to_contain_text("Only regulars can write.")
    assert posting(guest, "May I?") == "not_allowed"
    keys(owner, "Enter")  # the focus is on "Rules" again
    expect(dialog.get_by_label("Pause between two messages")).to_have_value("300")
    expect(dialog.get_by_role("radio", name="Regulars")).to_be_checked()
    expect(dialog.get_by_role("checkbox", name="with links")).to_be_checked()
    guest.opens_from_the_menu("About this chat")
    expect(guest.page.get_by_role("dialog")).to_contain_text("Only regulars can write.")


def test_nobody_reads_of_rules_that_did_not_change(owner, guest):
    act(owner, "act.rules", rules={"slow_seconds": 30})
    expect(guest.status).to_contain_text("Slow mode")
    guest.reloads()
    seq = post(owner, "Pinned")
    act(owner, "act.pin", seq=seq, on=True)

    expect(guest.page.get_by_role("button", name="Pinned messages").first).to_be_visible()
    expect(guest.status).not_to_contain_text("Slow mode")


def test_whoever_is_dismissed_loses_the_panel(owner, guest):
    guest.sends_and_waits("Hello")
    someone = author_id(guest)
    expect(desk_button(guest)).to_be_hidden()
    act(owner, "act.role", author_id=someone, role="moderator")
    panel = opens_the_desk(guest)

    act(owner, "act.role", author_id=someone, role=None)

    expect(panel).to_be_hidden()
    expect(desk_button(guest)).to_be_hidden()
