"""The checker follows removals and sweeps, and finds each way to go wrong with them."""

from __future__ import annotations

from copy import deepcopy

import pytest

from tests.faults import checker
from tests.faults.history import Act, Row, Sweep
from tests.faults.made_history import change, connect, event, frame, ok, person, welcome

HELLO = Row(1, 1, "alice", "a1", "Hello")
BUY = Row(2, 2, "mallory", "m1", "Buy this")
SHAME = Row(3, 3, "mallory", "m2", "Shame on you", reactions=(("👎", 1, ("alice",)),))
GONE = BUY._replace(changed_seq=5, body="", deleted=True, removed=True)
SWEEP = Sweep(6, "mallory", 3, 3, on=True)
RESTORED = SWEEP._replace(seq=7, on=False)
REMOVAL = Act("r", "remove", "olivia", "mallory", 2, None, None, None, None, undone=False)
SWEEPING = Act("s", "sweep", "olivia", "mallory", None, 3, 3, 6, 7, undone=True)
LIKED = SHAME._replace(changed_seq=4)


def swept_frame(at, after, head, *messages, sweeps):
    return frame(at, after, head, *messages) | {"sweeps": list(sweeps)}


# Olivia removes what Mallory wrote first (5), sweeps the rest (6) and undoes that (7).
# Alice is away meanwhile. Carol comes in after the sweep, before it is undone.
GOOD = {
    "people": [
        person(
            "olivia",
            connect(0),
            welcome(0.1, 0),
            frame(0.1, 0, 0),
            frame(1.1, 0, 1, HELLO),
            frame(3.1, 1, 3, BUY, SHAME._replace(reactions=())),
            frame(4.1, 3, 4, LIKED),
            event(5, "act", id="r", kind="remove", of=2),
            frame(5.1, 4, 5, GONE),
            event(5.2, "act_ok", id="r", epoch="e"),
            event(6, "act", id="s", kind="sweep", of="mallory"),
            event(6.1, "act_ok", id="s", epoch="e"),
            swept_frame(6.2, 5, 6, sweeps=[SWEEP]),
            event(8, "act", id="u", kind="undo", of="s"),
            swept_frame(8.1, 6, 7, sweeps=[RESTORED]),
            event(8.2, "fetched", messages=[LIKED]),
            event(8.2, "act_ok", id="u", epoch="e"),
        ),
        person(
            "alice",
            connect(0),
            welcome(0.1, 0),
            frame(0.1, 0, 0),
            event(1, "invoke", id="a1", body="Hello"),
            ok(1.1, "a1", 1),
            frame(1.2, 0, 1, HELLO),
            frame(3.1, 1, 3, BUY, SHAME._replace(reactions=())),
            change(4, "c1", "m2", "react", emoji="👎", on=True),
            ok(4.1, "c1", 4, "change_ok"),
            event(4.2, "close", code=1006),
            connect(9, ["e", 3]),
            welcome(9.1, 7),
            swept_frame(9.2, 3, 7, LIKED, GONE, sweeps=[SWEEP, RESTORED]),
            event(9.3, "fetched", messages=[LIKED]),
        ),
        person(
            "mallory",
            event(2, "invoke", id="m1", body="Buy this"),
            ok(2.1, "m1", 2),
            event(3, "invoke", id="m2", body="Shame on you"),
            ok(3.1, "m2", 3),
        )
        | {"stayed": False},
        person(
            "carol",
            connect(7),
            welcome(7.1, 6),
            frame(7.2, 0, 6, HELLO, LIKED.swept(), GONE),
            swept_frame(8.1, 6, 7, sweeps=[RESTORED]),
            event(8.3, "fetched", messages=[LIKED]),
        ),
    ],
    "log": {
        "epoch": "e",
        "head": 7,
        "rows": [HELLO, GONE, LIKED],
        "reactions": [("m2", "👎", "alice")],
        "acts": [REMOVAL, SWEEPING],
    },
}
OLIVIA, ALICE, MALLORY, CAROL = range(4)


def events_of(history, who):
    return history["people"][who]["events"]


def found_in(history):
    return {violation.split(":")[0] for violation in checker.violations(history)}


def test_a_good_history_with_acts_has_no_violations():
    assert checker.violations(GOOD) == []


def lose_an_act(history):
    history["log"]["acts"].remove(REMOVAL)


def store_an_act_twice(history):
    history["log"]["acts"].append(REMOVAL)


def store_another_act(history):
    history["log"]["acts"][0] = REMOVAL._replace(seq=1, target_id="alice")


def lose_an_undoing(history):
    history["log"]["acts"][1] = SWEEPING._replace(undone=False)


def store_a_refused_act(history):
    events_of(history, OLIVIA)[8] = event(5.2, "act_fail", id="r", code="not_allowed")


def store_an_act_that_nobody_asked_for(history):
    history["log"]["acts"].append(REMOVAL._replace(id="x", kind="mute", seq=None))


def let_somebody_else_have_done_it(history):
    history["log"]["acts"][0] = REMOVAL._replace(by_id="mallory")


def keep_a_removed_message(history):
    history["log"]["rows"][1] = BUY


def keep_a_swept_message(history):
    acts = history["log"]["acts"]
    acts[1] = SWEEPING._replace(undone=False)


def keep_a_restored_message_away(history):
    history["log"]["rows"][2] = LIKED.swept()


def remove_what_nobody_removed(history):
    history["log"]["rows"][0] = HELLO.swept()


def leave_the_words_there(history):
    history["log"]["rows"][1] = GONE._replace(body="Buy this")


def leave_somebody_without_a_sweep(history):
    del events_of(history, OLIVIA)[11]["sweeps"]


def leave_somebody_without_an_undoing(history):
    del events_of(history, CAROL)[3]["sweeps"]


def show_another_sweep(history):
    events_of(history, OLIVIA)[11]["sweeps"] = [SWEEP._replace(author_id="alice")]


def leave_somebody_without_what_was_restored(history):
    del events_of(history, CAROL)[4]


def show_removed_words_to_somebody_for_ever(history):
    events_of(history, ALICE)[12]["messages"].remove(GONE)


def replay_removed_words(history):
    events_of(history, ALICE)[12]["messages"].insert(0, BUY)


def show_swept_words_to_a_newcomer(history):
    events_of(history, CAROL)[2]["messages"][1] = LIKED


def show_swept_words_late(history):
    """To somebody who comes in after the sweep was acknowledged, before their frames reach it."""
    events_of(history, CAROL)[1:3] = [
        welcome(7.1, 4),
        frame(7.2, 0, 4, HELLO, BUY, LIKED),
        swept_frame(7.3, 4, 6, GONE, sweeps=[SWEEP]),
    ]


def take_a_seq_for_nothing(history):
    history["log"]["head"] = 8
    for each in history["people"]:
        each["events"].append(frame(9.9, 7, 8))


def take_the_seq_of_a_sweep(history):
    history["log"]["acts"][1] = SWEEPING._replace(restored_seq=5)


def leave_an_act_unsettled(history):
    events_of(history, OLIVIA).append(event(9, "act", id="t", kind="sweep", of="mallory"))


@pytest.mark.parametrize(
    ("lie", "rule"),
    [
        (lose_an_act, "acked_acts_are_stored"),
        (store_an_act_twice, "acked_acts_are_stored"),
        (store_another_act, "acked_acts_are_stored"),
        (lose_an_undoing, "acked_acts_are_stored"),
        (store_a_refused_act, "acked_acts_are_stored"),
        (store_an_act_that_nobody_asked_for, "acked_acts_are_stored"),
        (let_somebody_else_have_done_it, "acked_acts_are_stored"),
        (keep_a_removed_message, "removed_is_decided"),
        (keep_a_swept_message, "removed_is_decided"),
        (keep_a_restored_message_away, "removed_is_decided"),
        (remove_what_nobody_removed, "removed_is_decided"),
        (remove_what_nobody_removed, "nothing_is_invented"),
        (leave_the_words_there, "nothing_is_invented"),
        (leave_somebody_without_a_sweep, "streams_equal_the_log"),
        (leave_somebody_without_an_undoing, "streams_equal_the_log"),
        (show_another_sweep, "streams_equal_the_log"),
        (leave_somebody_without_what_was_restored, "nobody_is_outdated"),
        (show_removed_words_to_somebody_for_ever, "nobody_is_outdated"),
        (replay_removed_words, "removed_is_gone"),
        (show_swept_words_to_a_newcomer, "removed_is_gone"),
        (show_swept_words_late, "removed_is_gone"),
        (take_a_seq_for_nothing, "seq_is_dense"),
        (take_the_seq_of_a_sweep, "seq_is_dense"),
        (leave_an_act_unsettled, "everyone_arrived"),
    ],
)
def test_the_checker_finds(lie, rule):
    history = deepcopy(GOOD)
    lie(history)

    found = checker.violations(history)

    assert rule in {violation.split(":")[0] for violation in found}, found


def test_what_is_restored_after_a_later_sweep_is_shown():
    """A removal that was undone after a sweep of the same range: the sweep is older than that."""
    history = deepcopy(GOOD)
    back = BUY._replace(changed_seq=8)
    log = history["log"]
    log["rows"][1], log["head"] = back, 8
    log["acts"] = [
        REMOVAL._replace(undone=True),
        SWEEPING._replace(first=2),
    ]
    wide = [SWEEP._replace(first=2), RESTORED._replace(first=2)]
    for each in history["people"]:
        for seen in each["events"]:
            if sweeps := seen.get("sweeps"):
                seen["sweeps"] = [wide[sweep.seq - SWEEP.seq] for sweep in sweeps]
        if each["name"] != "mallory":
            each["events"].append(frame(10, 7, 8, back))
    events_of(history, OLIVIA)[-1:-1] = [
        event(9.8, "act", id="v", kind="undo", of="r"),
        event(9.9, "act_ok", id="v", epoch="e"),
    ]

    assert checker.violations(history) == []
