"""Reports, and the lists that moderators look through."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from chat.models import Act, Report
from chat.protocol.errors import Banned, Deleted, NotFound, TooLate, TooMany
from chat.services.messages import write_log
from chat.services.moderation import lists, reports
from chat.services.moderation.actors import Actor
from chat.services.moderation.lists import read_lists
from chat.services.moderation.raids import start_raid
from chat.services.moderation.reports import report
from chat.services.moderation.state import load_moderation
from chat.services.writes import Delete
from tests.moderators import (
    ALICE,
    BOB,
    MALLORY,
    MO,
    OLIVIA,
    STAFF,
    ban,
    decline,
    end_raid,
    mute,
    person,
    pin,
    remove,
    set_role,
    set_rules,
    settle,
    sweep,
    undo,
)
from tests.posts import post, posts

pytestmark = pytest.mark.django_db


def complain(actor, seq, reason=""):
    report("lobby", person(actor), seq, reason)


def waiting():
    return load_moderation("lobby").reports_count


def listed(actor=MO, before=None):
    return read_lists("lobby", actor, before)


@pytest.fixture
def written(lobby):
    write_log(posts(3, author="mallory"))


def test_a_report_counts_once_for_each_person_and_message(written):
    complain(ALICE, 1, "\0Spam")
    version = load_moderation("lobby").version
    complain(ALICE, 1, "More spam")
    assert load_moderation("lobby").version == version
    complain(BOB, 1)
    complain(ALICE, 2)

    assert waiting() == 2
    assert Report.objects.count() == 3
    first, second = listed().reports
    assert (first.seq, first.author_id, first.author_name) == (1, "mallory", "Mallory")
    assert (first.body, first.count, first.reasons) == ("1", 2, ["Spam"])
    assert (second.seq, second.count, second.reasons) == (2, 1, [])
    assert first.reported_at <= second.reported_at


def test_a_message_that_is_gone_or_never_was_cannot_be_reported(written):
    write_log([Delete("lobby", "mallory", 1)])

    with pytest.raises(Deleted):
        complain(ALICE, 1)
    with pytest.raises(NotFound):
        complain(ALICE, 9)
    with pytest.raises(NotFound):
        report("cellar", person(ALICE), 1, "")

    assert waiting() == 0


def test_somebody_who_is_banned_reports_nothing(written):
    ban(MO, "bob")
    mute(MO, "alice")

    with pytest.raises(Banned):
        complain(BOB, 1)

    complain(ALICE, 1)
    assert waiting() == 1


def test_a_limited_number_of_messages_waits(written, monkeypatch):
    monkeypatch.setattr(reports, "MAX_REPORTED", 2)
    complain(ALICE, 1)
    complain(ALICE, 2)

    with pytest.raises(TooMany):
        complain(ALICE, 3)
    complain(BOB, 1)

    settle(MO, 1)
    complain(ALICE, 3)


def test_a_settled_report_is_off_the_list_until_somebody_else_reports_it(written):
    complain(ALICE, 1, "Spam")
    settle(MO, 1)
    assert (waiting(), listed().reports) == (0, [])

    complain(ALICE, 1)
    assert waiting() == 0
    complain(BOB, 1, "It is spam")

    assert waiting() == 1
    assert [(each.count, each.reasons) for each in listed().reports] == [(1, ["It is spam"])]


def test_only_what_waits_is_settled(written):
    complain(ALICE, 1)
    settle(MO, 1)

    for seq in (1, 2, 99):
        with pytest.raises(NotFound):
            settle(OLIVIA, seq)


def test_settling_is_undone_for_what_it_settled(written):
    complain(ALICE, 1)
    first = settle(MO, 1)
    complain(BOB, 1)
    second = settle(MO, 1)

    undo(MO, second)

    assert [each.count for each in listed().reports] == [1], "alice's was settled before"
    undo(MO, first)
    assert [each.count for each in listed().reports] == [2]


@pytest.mark.parametrize("act", [lambda: remove(MO, 1), lambda: sweep(MO, "mallory")])
def test_the_reports_of_a_message_are_settled_by_removing_it_and_return_with_it(written, act):
    complain(ALICE, 1)
    act_id = act()
    assert waiting() == 0

    undo(MO, act_id)

    assert waiting() == 1


def test_a_reported_message_that_its_author_deleted_is_listed_without_its_text(written):
    complain(ALICE, 1)
    write_log([Delete("lobby", "mallory", 1)])

    (entry,) = listed().reports

    assert (entry.seq, entry.body) == (1, "")


def test_an_undo_that_has_nothing_left_to_reopen_comes_too_late(written):
    complain(ALICE, 1)
    act_id = settle(MO, 1)
    Report.objects.all().delete()

    with pytest.raises(TooLate):
        undo(MO, act_id)


def test_held_messages_are_listed_the_oldest_first(lobby):
    write_log(posts(1))
    messages = [replace(post(str(number), author=f"a{number}"), held=True) for number in range(3)]
    write_log([replace(messages[0], reply_to_seq=1)])
    write_log(messages[1:])
    decline(MO, messages[1].client_message_id)

    first, second = listed().held

    assert (first.client_message_id, first.author_id) == (messages[0].client_message_id, "a0")
    assert (first.author_name, first.body, first.reply_to_seq) == ("A0", "0", 1)
    assert second.body == "2"


def test_so_many_reports_of_a_message_are_kept_and_others_still_count(written, monkeypatch):
    monkeypatch.setattr(reports, "MAX_REPORTERS", 2)
    complain(ALICE, 1)
    complain(BOB, 1)
    version = load_moderation("lobby").version

    complain(MO, 1)
    assert load_moderation("lobby").version == version, "no process has to read it again"
    complain(MO, 2)

    assert [each.count for each in listed().reports] == [2, 1]


def test_lists_and_reasons_are_bounded_and_older_acts_follow(written, monkeypatch):
    monkeypatch.setattr(lists, "MAX_LISTED", 2)
    act_ids = [pin(MO, 1, on=bool(number % 2)) for number in range(5)]
    for number in range(9):
        complain(Actor(f"a{number}", "A"), 1, str(number))
    complain(ALICE, 2)
    complain(ALICE, 3)
    write_log([replace(post(author=f"a{number}"), held=True) for number in range(3)])

    newest = listed()
    assert [each.act_id for each in newest.acts] == [act_ids[4], act_ids[3]]
    assert newest.more
    assert len(newest.held) == len(newest.reports) == 2
    assert newest.reports[0].count == 9
    assert newest.reports[0].reasons == ["0", "1", "2", "3", "4"]
    older = listed(before=act_ids[3])
    assert [each.act_id for each in older.acts] == [act_ids[2], act_ids[1]]
    assert older.more
    oldest = listed(before=act_ids[1])
    assert oldest.acts[0].act_id == act_ids[0]
    assert not oldest.more
    assert listed(before=uuid4()).acts == []


def test_the_log_says_who_did_what_to_whom_when_and_who_undid_it(written):
    muted = mute(MO, "mallory", 60)
    removed = remove(MO, 2)
    set_rules(OLIVIA, slow_seconds=5)
    start_raid("lobby", timezone.now() + timedelta(minutes=10))
    end_raid(MO)
    undo(OLIVIA, muted)

    ended, raid, rules, gone, mute_, _owner = listed().acts

    assert (mute_.kind, mute_.by, mute_.target, mute_.target_id) == (
        "mute",
        "Mo",
        "Mallory",
        "mallory",
    )
    assert mute_.until > mute_.at
    assert (mute_.undone_by, bool(mute_.undone_at), mute_.can_undo) == ("Olivia", True, False)
    assert (gone.act_id, gone.seq, gone.target, gone.undone_at) == (removed, 2, "Mallory", None)
    assert (rules.kind, rules.by, rules.detail) == ("rules", "Olivia", '{"slow_seconds":5}')
    assert (raid.kind, raid.by, raid.detail) == ("raid", "", "on")
    assert (ended.kind, ended.by, ended.detail) == ("raid", "Mo", "off")


def can_undo(actor, act_id):
    return next(each.can_undo for each in listed(actor).acts if each.act_id == act_id)


def test_the_log_says_what_the_reader_can_undo_now(written):
    write_log([post(author="mo"), post(author="bob")])
    mutes = mute(MO, "mallory", 60), mute(OLIVIA, "mo", 60)
    undo(OLIVIA, mutes[1])
    of_moderator = remove(OLIVIA, 4)
    role = set_role(OLIVIA, "bob", "moderator")
    rules = set_rules(MO, slow_seconds=5), set_rules(MO, slow_seconds=6)
    removed = remove(MO, 1)
    complain(ALICE, 2)
    settled = settle(MO, 2)

    for actor in (MO, OLIVIA, STAFF):
        assert can_undo(actor, mutes[0])
        assert not can_undo(actor, mutes[1])
        assert not can_undo(actor, rules[0])
        assert can_undo(actor, rules[1])
        assert can_undo(actor, removed)
        assert can_undo(actor, settled)
        assert can_undo(actor, role) == can_undo(actor, of_moderator) == (actor is not MO)
    Act.objects.update(
        at=timezone.now() - timedelta(minutes=11), until=timezone.now() - timedelta(seconds=1)
    )
    assert not can_undo(MO, removed)
    assert not can_undo(MO, mutes[0])


def test_lists_of_a_room_that_is_not_stored_are_not_found(lobby):
    with pytest.raises(NotFound):
        read_lists("cellar", STAFF, None)
    with pytest.raises(NotFound):
        report("cellar", person(MALLORY), 1, "")
