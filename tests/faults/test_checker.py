"""The checker finds nothing in a good history, and each kind of violation in a bad one."""

from __future__ import annotations

from copy import deepcopy

import pytest

from tests.faults import checker
from tests.faults.history import Row
from tests.faults.made_history import event, person, welcome

HELLO = Row(1, 1, "alice", "a1", "Hello")
HI = Row(2, 2, "bob", "b1", "Hi")
BYE = Row(3, 3, "alice", "a2", "Bye")


def changes(at, after, *messages):
    head = messages[-1][0] if messages else after
    return event(at, "changes", after=after, head=head, messages=list(messages))


GOOD = {
    "people": [
        person(
            "alice",
            event(0, "connect", url="one", cursor=None),
            welcome(0.1, 0),
            changes(0.1, 0),
            event(1, "invoke", id="a1", body="Hello"),
            changes(1.1, 0, HELLO),
            event(1.2, "ok", id="a1", seq=1, epoch="e"),
            event(2, "close", code=1006),
            event(3, "invoke", id="a2", body="Bye"),
            event(3, "connect", url="two", cursor=["e", 1]),
            welcome(3.1, 2),
            changes(3.1, 1, HI),
            changes(3.3, 2, BYE),
            event(3.2, "ok", id="a2", seq=3, epoch="e"),
        ),
        person(
            "bob",
            welcome(0.1, 0),
            changes(0.1, 0),
            changes(1.1, 0, HELLO),
            event(1.5, "invoke", id="b1", body="Hi"),
            changes(2.1, 1, HI),
            event(2.2, "ok", id="b1", seq=2, epoch="e"),
            changes(3.3, 2, BYE),
        ),
    ],
    "log": {"epoch": "e", "head": 3, "rows": [HELLO, HI, BYE], "reactions": []},
}
ALICE, BOB = 0, 1


def test_a_good_history_has_no_violations():
    assert checker.violations(GOOD) == []


def lose_a_row(history):
    history["log"]["rows"].remove(HI)


def number_twice(history):
    history["log"]["rows"][1] = HI._replace(seq=1)


def forget_the_head(history):
    history["log"]["head"] = 2


def ack_another_seq(history):
    history["people"][BOB]["events"][5]["seq"] = 3


def change_what_was_sent(history):
    history["log"]["rows"][1] = HI._replace(body="Ho")


def store_twice(history):
    history["log"]["rows"].append(HI._replace(changed_seq=4, seq=4))
    history["log"]["head"] = 4


def store_again_for_a_new_guest(history):
    history["people"][BOB]["author_ids"].append("guest")
    history["log"]["rows"].append(Row(4, 4, "guest", *HI[3:]))
    history["log"]["head"] = 4


def store_what_nobody_sent(history):
    history["log"]["rows"].append(Row(4, 4, "mallory", "m1", "Psst"))
    history["log"]["head"] = 4


def show_what_nobody_sent(history):
    history["people"][BOB]["events"][6]["messages"] = [Row(3, 3, "mallory", "m1", "Psst")]


def store_what_was_refused(history):
    history["people"][BOB]["events"][5] = event(2.2, "fail", id="b1", code="conflict")


def skip_a_change(history):
    del history["people"][BOB]["events"][4]


def hide_a_change_inside_a_frame(history):
    history["people"][BOB]["events"][4:] = [event(3.3, "changes", after=1, head=3, messages=[BYE])]


def repeat_a_change_after_reconnecting(history):
    history["people"][ALICE]["events"][10] = changes(3.1, 0, HELLO, HI)


def reorder_a_frame(history):
    history["people"][ALICE]["events"][10:12] = [
        event(3.3, "changes", after=1, head=3, messages=[BYE, HI])
    ]


def show_each_something_else(history):
    history["people"][BOB]["events"][2] = changes(1.1, 0, Row(*HELLO[:2], *BYE[2:]))


def change_the_log_without_a_reset(history):
    history["people"][ALICE]["events"][9] = welcome(3.1, 2, epoch="f")


def swap_what_one_person_sent(history):
    history["log"]["rows"] = [Row(1, 1, *BYE[2:]), HI, Row(3, 3, *HELLO[2:])]
    history["people"][ALICE]["events"][5]["seq"] = 3
    history["people"][ALICE]["events"][12]["seq"] = 1


def put_before_what_was_known(history):
    history["people"][BOB]["events"][3]["at"] = 3.9
    history["people"][BOB]["events"][5]["at"] = 4.0


def leave_someone_behind(history):
    del history["people"][BOB]["events"][-1]


def leave_something_unsent(history):
    history["people"][BOB]["events"].append(event(4, "invoke", id="b2", body="Anyone?"))


@pytest.mark.parametrize(
    ("lie", "rule"),
    [
        (lose_a_row, "seq_is_dense"),
        (number_twice, "seq_is_dense"),
        (forget_the_head, "seq_is_dense"),
        (lose_a_row, "acked_is_stored"),
        (ack_another_seq, "acked_is_stored"),
        (change_what_was_sent, "acked_is_stored"),
        (store_twice, "resent_is_one"),
        (store_again_for_a_new_guest, "resent_is_one"),
        (store_again_for_a_new_guest, "acked_is_stored"),
        (store_what_nobody_sent, "nothing_is_invented"),
        (show_what_nobody_sent, "nothing_is_invented"),
        (store_what_was_refused, "refused_is_not_stored"),
        (skip_a_change, "streams_go_forward"),
        (repeat_a_change_after_reconnecting, "streams_go_forward"),
        (reorder_a_frame, "streams_go_forward"),
        (change_the_log_without_a_reset, "streams_go_forward"),
        (hide_a_change_inside_a_frame, "streams_equal_the_log"),
        (show_each_something_else, "streams_equal_the_log"),
        (swap_what_one_person_sent, "order_is_kept"),
        (put_before_what_was_known, "order_is_kept"),
        (leave_someone_behind, "everyone_arrived"),
        (leave_something_unsent, "everyone_arrived"),
    ],
)
def test_the_checker_finds(lie, rule):
    history = deepcopy(GOOD)
    lie(history)

    found = checker.violations(history)

    assert rule in {violation.split(":")[0] for violation in found}, found


def test_a_log_that_was_replaced_is_followed_from_the_reset_on():
    history = deepcopy(GOOD)
    history["log"] = {"epoch": "f", "head": 1, "rows": [HELLO], "reactions": []}
    for each in history["people"]:
        each["events"] += [welcome(5, 1, epoch="f", reset=True), changes(5, 0, HELLO)]

    assert checker.violations(history) == []
