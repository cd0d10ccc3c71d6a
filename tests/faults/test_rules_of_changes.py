"""The checker follows edits, deletions and reactions, and finds each way to go wrong with them."""

from __future__ import annotations

from copy import deepcopy

import pytest

from tests.faults import checker
from tests.faults.history import Row
from tests.faults.made_history import change, connect, event, frame, ok, person, welcome

HELO = Row(1, 1, "alice", "a1", "Helo")
SECRET = Row(2, 2, "bob", "b1", "My password is hunter2")
HELLO = HELO._replace(changed_seq=4, body="Hello", edited=True)
LIKED = HELLO._replace(changed_seq=5, reactions=(("👍", 1, ("bob",)),))
GONE = SECRET._replace(changed_seq=6, body="", deleted=True)
BYE = Row(7, 7, "alice", "a2", "Bye")


# Alice's first edit, to "Hell", took seq 3. Carol is a newcomer with the newest two messages.
GOOD = {
    "people": [
        person(
            "alice",
            connect(0),
            welcome(0.1, 0),
            frame(0.1, 0, 0),
            event(1, "invoke", id="a1", body="Helo"),
            frame(1.1, 0, 1, HELO),
            ok(1.2, "a1", 1),
            frame(2.1, 1, 2, SECRET),
            change(3, "c1", "a1", "edit", body="Hell"),
            frame(3.1, 2, 3, HELO._replace(changed_seq=3, body="Hell", edited=True)),
            ok(3.2, "c1", 3, "change_ok"),
            change(4, "c2", "a1", "edit", body="Hello"),
            ok(4.2, "c2", 4, "change_ok"),
            frame(5.1, 3, 5, LIKED),
            frame(6.1, 5, 6, GONE),
            event(7, "invoke", id="a2", body="Bye"),
            frame(7.1, 6, 7, BYE),
            ok(7.2, "a2", 7),
        ),
        person(
            "bob",
            connect(0),
            welcome(0.1, 0),
            frame(0.1, 0, 0),
            event(2, "invoke", id="b1", body="My password is hunter2"),
            ok(2.2, "b1", 2),
            frame(2.3, 0, 2, HELO, SECRET),
            change(5, "c3", "a1", "react", emoji="👍", on=True),
            ok(5.2, "c3", 5, "change_ok"),
            frame(5.3, 2, 5, LIKED),
            change(6, "c4", "b1", "delete"),
            ok(6.05, "c4", 6, "change_ok"),
            event(6.1, "close", code=1006),
            connect(6.2, ["e", 5]),
            welcome(6.3, 7),
            frame(7.3, 5, 7, GONE, BYE),
        ),
        person(
            "carol",
            connect(8),
            welcome(8.1, 7),
            frame(8.2, 1, 7, GONE, BYE),
        ),
    ],
    "log": {
        "epoch": "e",
        "head": 7,
        "rows": [LIKED, GONE, BYE],
        "reactions": [("a1", "👍", "bob")],
    },
}
ALICE, BOB, CAROL = 0, 1, 2


def rows(history):
    return history["log"]["rows"]


def found_in(history):
    return {violation.split(":")[0] for violation in checker.violations(history)}


def test_a_good_history_with_changes_has_no_violations():
    assert checker.violations(GOOD) == []


def forget_an_edit(history):
    rows(history)[0] = LIKED._replace(body="Hell")


def forget_that_it_was_edited(history):
    rows(history)[0] = LIKED._replace(body="Helo", edited=False)


def forget_a_deletion(history):
    rows(history)[1] = SECRET._replace(changed_seq=6)


def keep_the_words_of_a_deleted_message(history):
    rows(history)[1] = GONE._replace(body=SECRET.body)


def forget_a_reaction(history):
    rows(history)[0] = LIKED._replace(reactions=())
    history["log"]["reactions"] = []


def set_what_was_removed(history):
    history["people"][BOB]["events"] += [
        change(9, "c5", "a1", "react", emoji="👍", on=False),
        ok(9.1, "c5", 5, "change_ok"),
    ]


def lose_a_changed_message(history):
    rows(history).remove(LIKED)


def store_a_refused_edit(history):
    history["people"][ALICE]["events"][11] = event(4.2, "change_fail", id="c2", code="too_late")


def store_a_refused_deletion(history):
    history["people"][BOB]["events"][10] = event(6.05, "change_fail", id="c4", code="not_yours")


def store_an_edit_that_nobody_made(history):
    rows(history)[0] = LIKED._replace(body="Hello!")


def show_a_reaction_that_nobody_had(history):
    history["people"][ALICE]["events"][12] = frame(
        5.1, 3, 5, LIKED._replace(reactions=(("👍", 2, ("bob", "mallory")),))
    )


def delete_what_nobody_deleted(history):
    rows(history)[2] = BYE._replace(body="", deleted=True)


def count_wrongly(history):
    rows(history)[0] = LIKED._replace(reactions=(("👍", 2, ("bob",)),))


def count_somebody_twice(history):
    rows(history)[0] = LIKED._replace(reactions=(("👍", 2, ("bob", "bob")),))
    history["log"]["reactions"] *= 2


def list_nobody(history):
    rows(history)[0] = LIKED._replace(reactions=(("👍", 1, ()),))


def leave_someone_with_an_older_version(history):
    history["people"][BOB]["events"][8] = frame(5.3, 2, 5)


def leave_someone_without_a_message(history):
    history["people"][CAROL]["events"][2] = frame(8.2, 1, 7, BYE)


def send_deleted_words_with_the_deletion(history):
    history["people"][BOB]["events"][14] = frame(
        7.3, 5, 7, SECRET._replace(changed_seq=5), GONE, BYE
    )


def send_deleted_words_to_a_newcomer(history):
    history["people"][CAROL]["events"][1:] = [
        welcome(8.1, 2),
        frame(8.2, 1, 2, SECRET),
        frame(8.3, 2, 7, LIKED, GONE, BYE),
    ]


def take_a_seq_for_nothing(history):
    history["log"]["head"] = 8
    for each in history["people"]:
        each["events"].append(frame(9, 7, 8))


def take_a_seq_twice(history):
    rows(history)[0] = LIKED._replace(changed_seq=6)


def send_a_newcomer_an_old_message(history):
    history["people"][CAROL]["events"][2] = frame(8.2, 1, 7, LIKED, GONE, BYE)


def send_people_who_resume_only_posts(history):
    history["people"][BOB]["events"][14] = frame(7.3, 5, 7, BYE)


def put_before_a_known_change(history):
    history["people"][BOB]["events"][7] = ok(5.2, "c3", 8, "change_ok")


def leave_a_change_unsettled(history):
    history["people"][BOB]["events"].append(change(9, "c5", "b1", "delete"))


@pytest.mark.parametrize(
    ("lie", "rule"),
    [
        (forget_an_edit, "acked_changes_are_stored"),
        (forget_that_it_was_edited, "acked_changes_are_stored"),
        (forget_a_deletion, "acked_changes_are_stored"),
        (keep_the_words_of_a_deleted_message, "acked_changes_are_stored"),
        (forget_a_reaction, "acked_changes_are_stored"),
        (set_what_was_removed, "acked_changes_are_stored"),
        (lose_a_changed_message, "acked_changes_are_stored"),
        (store_a_refused_edit, "refused_changes_are_not_stored"),
        (store_a_refused_deletion, "refused_changes_are_not_stored"),
        (store_an_edit_that_nobody_made, "nothing_is_invented"),
        (show_a_reaction_that_nobody_had, "nothing_is_invented"),
        (delete_what_nobody_deleted, "nothing_is_invented"),
        (count_wrongly, "reactions_are_counted"),
        (count_somebody_twice, "reactions_are_counted"),
        (list_nobody, "reactions_are_counted"),
        (leave_someone_with_an_older_version, "nobody_is_outdated"),
        (leave_someone_without_a_message, "nobody_is_outdated"),
        (send_deleted_words_with_the_deletion, "deleted_is_gone"),
        (send_deleted_words_to_a_newcomer, "deleted_is_gone"),
        (take_a_seq_for_nothing, "seq_is_dense"),
        (take_a_seq_twice, "seq_is_dense"),
        (send_a_newcomer_an_old_message, "pages_are_of_the_newest_messages"),
        (send_people_who_resume_only_posts, "streams_equal_the_log"),
        (put_before_a_known_change, "order_is_kept"),
        (leave_a_change_unsettled, "everyone_arrived"),
    ],
)
def test_the_checker_finds(lie, rule):
    history = deepcopy(GOOD)
    lie(history)

    assert rule in found_in(history), checker.violations(history)


def test_a_reply_that_was_lost_explains_one_seq():
    history = deepcopy(GOOD)
    take_a_seq_for_nothing(history)
    history["people"][BOB]["events"].insert(8, event(5.25, "lost", id="c3"))

    assert checker.violations(history) == []
    history["log"]["head"] = 9
    assert "seq_is_dense" in found_in(history)


def test_an_attempt_without_a_reply_may_be_stored_later_than_the_next_edit():
    history = deepcopy(GOOD)
    forget_an_edit(history)
    history["people"][ALICE]["events"].insert(8, event(3.05, "lost", id="c1"))
    assert "acked_changes_are_stored" not in found_in(history)


def test_a_change_of_somebody_who_left_may_be_stored_or_not():
    history = deepcopy(GOOD)
    bob = history["people"][BOB]
    bob["stayed"], bob["events"] = False, bob["events"][:10]
    for stored in (True, False):
        if not stored:
            rows(history)[1] = SECRET
        found = found_in(history)
        assert not found & {"acked_changes_are_stored", "everyone_arrived"}


def test_deleted_words_may_reach_a_reader_before_the_deletion_does():
    history = deepcopy(GOOD)
    history["people"][ALICE]["events"][12:14] = [frame(6.1, 3, 6, LIKED, GONE)]

    assert checker.violations(history) == []


def test_a_message_that_changed_since_may_be_missing_from_a_frame():
    history = deepcopy(GOOD)
    history["people"].append(
        person(
            "dave",
            connect(0),
            welcome(0.1, 2),
            frame(0.2, 0, 2, SECRET),
            frame(0.3, 2, 7, LIKED, GONE, BYE),
        )
    )

    assert checker.violations(history) == []
