"""Changes are released in order, each once, however their announcements arrive."""

from __future__ import annotations

import pytest
from msgspec import Raw

from chat.channel.announcements import Announcement, Change
from chat.live.sequencer import MAX_OUT_OF_ORDER, Sequencer

hypothesis = pytest.importorskip("hypothesis")

from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402


def changes(after, head):
    return [Change(seq, Raw(b"{}"), seq) for seq in range(after + 1, head + 1)]


def announcement(after, head):
    return Announcement("epoch", after, head, changes(after, head))


def head_only(head):
    """An announcement without its changes: too long for one event."""
    return Announcement("epoch", head - 1, head, None)


def seqs(released):
    return [change.seq for change in released]


def test_an_announcement_that_follows_on_is_released():
    sequencer = Sequencer(5)

    assert seqs(sequencer.offer(announcement(5, 7))) == [6, 7]
    assert sequencer.head == 7
    assert sequencer.missing is None


def test_an_announcement_that_arrives_early_waits_for_those_before_it():
    sequencer = Sequencer(0)

    assert sequencer.offer(announcement(2, 3)) == []
    assert sequencer.offer(announcement(1, 2)) == []
    assert (sequencer.head, sequencer.missing) == (0, range(1, 4))

    assert seqs(sequencer.offer(announcement(0, 1))) == [1, 2, 3]
    assert sequencer.missing is None


def test_changes_are_not_released_twice():
    sequencer = Sequencer(0)
    sequencer.offer(announcement(0, 2))

    assert sequencer.offer(announcement(0, 2)) == []
    assert seqs(sequencer.offer(announcement(0, 3))) == [3]
    assert seqs(sequencer.offer(announcement(1, 4))) == [4]


def test_changes_that_were_not_announced_are_read_from_the_log():
    sequencer = Sequencer(0)
    sequencer.offer(head_only(3))
    sequencer.offer(announcement(3, 4))
    assert sequencer.missing == range(1, 5)

    assert seqs(sequencer.fill(3, changes(0, 3))) == [1, 2, 3, 4]
    assert sequencer.missing is None


def test_a_head_that_is_known_from_elsewhere_shows_what_is_missing():
    sequencer = Sequencer(3)

    sequencer.note_head(5)
    sequencer.note_head(4)

    assert sequencer.missing == range(4, 6)


def test_a_read_that_was_overtaken_releases_nothing_twice():
    sequencer = Sequencer(0)
    sequencer.offer(announcement(1, 2))
    sequencer.offer(announcement(0, 1))

    assert sequencer.fill(2, changes(0, 2)) == []
    assert sequencer.head == 2


def test_a_message_that_changed_twice_has_one_change_and_leaves_no_gap():
    sequencer = Sequencer(0)
    sequencer.note_head(3)

    assert seqs(sequencer.fill(3, [*changes(0, 1), *changes(2, 3)])) == [1, 3]
    assert (sequencer.head, sequencer.missing) == (3, None)


def test_only_so_many_wait_and_the_log_has_the_others():
    sequencer = Sequencer(0)
    last = 2 * MAX_OUT_OF_ORDER
    for head in range(2, last + 1):
        assert sequencer.offer(announcement(head - 1, head)) == []
    assert sequencer.missing == range(1, last + 1)

    assert len(sequencer.offer(announcement(0, 1))) == 1 + MAX_OUT_OF_ORDER
    assert sequencer.missing == range(MAX_OUT_OF_ORDER + 2, last + 1)


LENGTH = 30
spans = st.tuples(st.integers(0, LENGTH), st.integers(0, LENGTH)).filter(lambda s: s[0] < s[1])
steps = st.one_of(
    st.tuples(st.just("announced"), spans),
    st.tuples(st.just("head announced"), st.integers(1, LENGTH)),
    st.tuples(st.just("polled"), st.integers(1, LENGTH)),
    st.tuples(st.just("read"), st.integers(1, LENGTH)),
)


@given(start=st.integers(0, LENGTH), steps=st.lists(steps, max_size=60))
def test_changes_come_out_in_order_each_once_whatever_is_lost_repeated_or_late(start, steps):
    sequencer, released = Sequencer(start), []
    for kind, what in [*steps, ("polled", LENGTH), ("read", LENGTH)]:
        if kind == "announced":
            released += seqs(sequencer.offer(announcement(*what)))
        elif kind == "head announced":
            released += seqs(sequencer.offer(head_only(what)))
        elif kind == "polled":
            sequencer.note_head(what)
        elif missing := sequencer.missing:
            part = missing[:what]
            released += seqs(sequencer.fill(part[-1], changes(part[0] - 1, part[-1])))
        assert released == list(range(start + 1, sequencer.head + 1))

    assert sequencer.head == LENGTH
    assert sequencer.missing is None
