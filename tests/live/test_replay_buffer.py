"""The tail of a log in memory, and the frames made of it."""

from __future__ import annotations

import json

import pytest

from chat.channel.announcements import Change
from chat.live.replay_buffer import (
    MAX_BYTES,
    MAX_CHANGES,
    MAX_CURSORS,
    MAX_FRAMED,
    ReplayBuffer,
    split_into_frames,
)
from chat.protocol.frames import MAX_FRAME_OUT, PAGE


def changes(first, last, size=1):
    return [
        Change(seq, json.dumps({"seq": seq, "body": "x" * size})) for seq in range(first, last + 1)
    ]


def read(frames):
    """(after, head, seqs) of each frame."""
    told = [json.loads(frame.text.text) for frame in frames]
    return [(t["after"], t["head"], [m["seq"] for m in t["messages"]]) for t in told]


def test_a_reader_gets_what_follows_their_cursor():
    recent = ReplayBuffer(0, 3, changes(1, 3))

    assert read(recent.frames_after(1)) == [(1, 3, [2, 3])]


def test_a_reader_who_is_up_to_date_gets_one_empty_frame():
    recent = ReplayBuffer(0, 3, changes(1, 3))

    assert read(recent.frames_after(3)) == [(3, 3, [])]


def test_a_reader_behind_what_is_in_memory_is_sent_to_the_log():
    recent = ReplayBuffer(10, 12, changes(11, 12))

    assert read(recent.frames_after(10)) == [(10, 12, [11, 12])]
    assert recent.frames_after(9) is None


def test_what_is_added_reaches_readers_at_every_cursor():
    recent = ReplayBuffer(0, 1, changes(1, 1))
    assert read(recent.frames_after(1)) == [(1, 1, [])]

    recent.extend(3, changes(2, 3))

    assert read(recent.frames_after(1)) == [(1, 3, [2, 3])]
    assert read(recent.frames_after(0)) == [(0, 3, [1, 2, 3])]


def test_what_is_added_twice_is_there_once():
    recent = ReplayBuffer(0, 2, changes(1, 2))

    recent.extend(3, changes(2, 3))

    assert read(recent.frames_after(0)) == [(0, 3, [1, 2, 3])]


def test_what_was_read_again_is_joined_to_what_came_meanwhile():
    recent = ReplayBuffer(0, 5, changes(1, 5))
    recent.extend(8, changes(6, 8))

    joined = recent.replaced(2, 5, changes(4, 5))

    assert (joined.floor, joined.head) == (2, 8)
    assert read(joined.frames_after(2)) == [(2, 8, [4, 5, 6, 7, 8])]


@pytest.mark.parametrize("size", [1, 2 * MAX_BYTES // MAX_CHANGES])
def test_what_was_read_too_long_ago_is_not_joined_over_a_hole(size):
    recent = ReplayBuffer(0, 5, changes(1, 5, size))
    last = 2 * MAX_CHANGES
    for seq in range(6, last + 1):
        recent.extend(seq, changes(seq, seq, size))

    joined = recent.replaced(2, 5, changes(4, 5, size))

    assert joined.frames_after(5) is None, "the log has what follows, memory does not"
    assert joined.head == last
    ((_, _, seqs),) = read(joined.frames_after(last - 3))
    assert seqs == [last - 2, last - 1, last]


def test_a_head_may_lie_beyond_the_last_change():
    """A message changed twice is one row: the seq of its first change is nowhere to be read."""
    recent = ReplayBuffer(0, 2, changes(1, 2))

    recent.extend(5, changes(4, 4))

    assert read(recent.frames_after(2)) == [(2, 5, [4])]


def test_readers_at_one_cursor_share_their_frames():
    recent = ReplayBuffer(0, 3, changes(1, 3))

    assert recent.frames_after(1) is recent.frames_after(1)


def test_frames_are_remembered_for_a_bounded_number_of_cursors():
    recent = ReplayBuffer(0, 200, changes(1, 200))

    for cursor in range(200):
        assert read(recent.frames_after(cursor))[0][0] == cursor

    assert len(recent._framed) == MAX_CURSORS


def test_long_frames_are_remembered_for_fewer_cursors():
    recent = ReplayBuffer(0, PAGE, changes(1, PAGE, MAX_BYTES // PAGE))

    for cursor in range(PAGE):
        assert read(recent.frames_after(cursor))[0][0] == cursor

    kept = sum(len(frame.text.text) for frames in recent._framed.values() for frame in frames)
    assert MAX_FRAMED <= kept < MAX_FRAMED + 1.1 * MAX_BYTES
    recent.extend(PAGE + 1, changes(PAGE + 1, PAGE + 1))
    assert recent.frames_after(PAGE) is recent.frames_after(PAGE), "there is room again"


def test_old_changes_are_forgotten_past_the_bound():
    recent = ReplayBuffer(0, 0, [])
    for head in range(1, MAX_CHANGES + 11):
        recent.extend(head, changes(head, head))

    recent.extend(recent.head + 1, changes(recent.head + 1, recent.head + 1))

    assert recent.floor == 10
    assert recent.frames_after(9) is None
    ((after, _, seqs),) = read(recent.frames_after(10))
    assert seqs == list(range(after + 1, recent.head + 1))


def test_those_who_waited_for_the_newest_still_find_it_in_a_long_burst():
    """Forgetting comes one step late, or a burst past the bound would send everyone to the log."""
    recent = ReplayBuffer(0, 0, [])

    recent.extend(2 * MAX_CHANGES, changes(1, 2 * MAX_CHANGES))

    assert next(seq for *_, seqs in read(recent.frames_after(0)) for seq in seqs) == 1


def test_few_long_messages_count_as_many():
    size = MAX_BYTES // 100
    recent = ReplayBuffer(0, 200, changes(1, 200, size))

    recent.extend(201, changes(201, 201))

    assert 90 < recent.head - recent.floor < 110


def test_the_page_of_newcomers_stays_however_long_its_messages_are():
    recent = ReplayBuffer(0, PAGE + 10, changes(1, PAGE + 10, MAX_BYTES // PAGE))

    recent.extend(recent.head, [])

    assert recent.page_cursor() == recent.floor == 10
    assert recent.frames_after(recent.page_cursor())


def test_a_newcomer_starts_a_page_before_the_head():
    assert ReplayBuffer(0, 200, changes(1, 200)).page_cursor() == 200 - PAGE
    assert ReplayBuffer(0, 7, changes(1, 7)).page_cursor() == 0
    assert ReplayBuffer(30, 37, changes(31, 37)).page_cursor() == 30
    assert ReplayBuffer(0, 0, []).page_cursor() == 0


def test_long_replays_are_parted_into_frames_of_bounded_size_that_follow_on():
    owls = [
        Change(seq, json.dumps({"seq": seq, "body": "🦉" * 4000}, ensure_ascii=False))
        for seq in range(1, 101)
    ]

    frames = split_into_frames(0, 100, owls)

    assert len(frames) > 1
    assert all(len(frame.text.text.encode()) <= MAX_FRAME_OUT for frame in frames)
    assert sum(len(frame.text.text.encode()) for frame in frames) > 0.9 * MAX_FRAME_OUT * (
        len(frames) - 1
    )
    told = read(frames)
    assert [after for after, _, _ in told] == [0, *[head for _, head, _ in told][:-1]]
    assert [head for _, head, _ in told] == [frame.head for frame in frames]
    assert [seq for *_, seqs in told for seq in seqs] == list(range(1, 101))


def test_a_frame_ends_at_the_head_even_without_changes():
    assert read(split_into_frames(5, 9, [])) == [(5, 9, [])]
