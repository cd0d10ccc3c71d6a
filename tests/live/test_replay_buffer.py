"""The end of a log in memory, and the frames built from it."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from msgspec import Raw

from chat.channel.announcements import Change, encoded
from chat.live.replay_buffer import (
    MAX_BYTES,
    MAX_CACHED_BYTES,
    MAX_CHANGES,
    MAX_CURSORS,
    ReplayBuffer,
    split_into_frames,
)
from chat.protocol.frames import MAX_FRAME_OUT, PAGE, Message, RoomChanged, encode


def change(seq, message):
    return Change(seq, Raw(json.dumps(message, ensure_ascii=False).encode()), message["seq"])


def edit(seq, of, body="edited"):
    """A later version of the message at `of`."""
    return change(seq, {"seq": of, "body": body})


def changes(first, last, size=1):
    return [change(seq, {"seq": seq, "body": "x" * size}) for seq in range(first, last + 1)]


def read(frames):
    """(after, head, seqs) of each frame."""
    found = [json.loads(frame.text.text) for frame in frames]
    return [(each["after"], each["head"], [m["seq"] for m in each["messages"]]) for each in found]


def test_a_reader_gets_what_follows_its_cursor():
    buffer = ReplayBuffer(0, 3, changes(1, 3))

    assert read(buffer.frames_after(1)) == [(1, 3, [2, 3])]


def test_a_reader_that_is_up_to_date_gets_one_empty_frame():
    buffer = ReplayBuffer(0, 3, changes(1, 3))

    assert read(buffer.frames_after(3)) == [(3, 3, [])]


def test_a_reader_behind_the_memory_reads_from_the_log():
    buffer = ReplayBuffer(10, 12, changes(11, 12))

    assert read(buffer.frames_after(10)) == [(10, 12, [11, 12])]
    assert buffer.frames_after(9) is None


def test_new_changes_reach_readers_at_every_cursor():
    buffer = ReplayBuffer(0, 1, changes(1, 1))
    assert read(buffer.frames_after(1)) == [(1, 1, [])]

    buffer.extend(3, changes(2, 3))

    assert read(buffer.frames_after(1)) == [(1, 3, [2, 3])]
    assert read(buffer.frames_after(0)) == [(0, 3, [1, 2, 3])]


def test_a_change_added_twice_is_kept_once():
    buffer = ReplayBuffer(0, 2, changes(1, 2))

    buffer.extend(3, changes(2, 3))

    assert read(buffer.frames_after(0)) == [(0, 3, [1, 2, 3])]


def test_a_new_read_of_the_log_is_joined_to_what_arrived_meanwhile():
    buffer = ReplayBuffer(0, 5, changes(1, 5))
    buffer.extend(8, changes(6, 8))

    joined = buffer.replaced(2, 5, changes(4, 5), [])

    assert (joined.floor, joined.head) == (2, 8)
    assert read(joined.frames_after(2)) == [(2, 8, [4, 5, 6, 7, 8])]


@pytest.mark.parametrize("size", [1, 2 * MAX_BYTES // MAX_CHANGES])
def test_an_outdated_read_of_the_log_is_not_joined_across_a_gap(size):
    buffer = ReplayBuffer(0, 5, changes(1, 5, size))
    last = 2 * MAX_CHANGES
    for seq in range(6, last + 1):
        buffer.extend(seq, changes(seq, seq, size))

    joined = buffer.replaced(2, 5, changes(4, 5, size), [])

    assert joined.frames_after(5) is None, "the log has what follows, memory does not"
    assert joined.head == last
    ((_, _, seqs),) = read(joined.frames_after(last - 3))
    assert seqs == [last - 2, last - 1, last]


def test_a_head_may_lie_beyond_the_last_change():
    """A message changed twice is one row: the seq of its first change is in no row."""
    buffer = ReplayBuffer(0, 2, changes(1, 2))

    buffer.extend(5, changes(4, 4))

    assert read(buffer.frames_after(2)) == [(2, 5, [4])]


def test_readers_at_one_cursor_share_their_frames():
    buffer = ReplayBuffer(0, 3, changes(1, 3))

    assert buffer.frames_after(1) is buffer.frames_after(1)


def test_frames_are_cached_for_a_limited_number_of_cursors():
    buffer = ReplayBuffer(0, 200, changes(1, 200))

    for cursor in range(200):
        assert read(buffer.frames_after(cursor))[0][0] == cursor

    assert len(buffer.cached_frames) == MAX_CURSORS


def test_long_frames_are_cached_for_fewer_cursors():
    buffer = ReplayBuffer(0, PAGE, changes(1, PAGE, MAX_BYTES // PAGE - 100))

    for cursor in range(PAGE):
        assert read(buffer.frames_after(cursor))[0][0] == cursor

    kept = sum(len(frame.text.text) for frames in buffer.cached_frames.values() for frame in frames)
    assert MAX_CACHED_BYTES <= kept < MAX_CACHED_BYTES + 1.1 * MAX_BYTES
    buffer.extend(PAGE + 1, changes(PAGE + 1, PAGE + 1))
    assert buffer.frames_after(PAGE) is buffer.frames_after(PAGE), "there is room again"


def test_old_changes_are_evicted_beyond_the_limit():
    buffer = ReplayBuffer(0, 0, [])
    for head in range(1, MAX_CHANGES + 11):
        buffer.extend(head, changes(head, head))

    buffer.extend(buffer.head + 1, changes(buffer.head + 1, buffer.head + 1))

    assert buffer.floor == 10
    assert buffer.frames_after(9) is None
    ((after, _, seqs),) = read(buffer.frames_after(10))
    assert seqs == list(range(after + 1, buffer.head + 1))


def test_readers_still_find_the_changes_of_a_burst_beyond_the_limit():
    """Eviction comes one pass late, or a burst beyond the limit would send everyone to the log."""
    buffer = ReplayBuffer(0, 0, [])

    buffer.extend(2 * MAX_CHANGES, changes(1, 2 * MAX_CHANGES))

    assert next(seq for *_, seqs in read(buffer.frames_after(0)) for seq in seqs) == 1


def test_few_long_messages_count_as_many():
    size = MAX_BYTES // 100
    buffer = ReplayBuffer(0, 200, changes(1, 200, size))

    buffer.extend(201, changes(201, 201))

    assert 90 < buffer.head - buffer.floor < 110


def test_an_older_version_of_a_message_is_dropped_with_the_newer_one():
    buffer = ReplayBuffer(0, 3, changes(1, 3))
    buffer.extend(5, [edit(4, of=2, body="secret"), edit(5, of=2, body="")])

    assert read(buffer.frames_after(0)) == [(0, 5, [1, 3, 2])]
    for frames in (buffer.frames_after(0), buffer.frames_after(3), buffer.page_frames()):
        assert "secret" not in "".join(frame.text.text for frame in frames)


def test_a_reader_between_two_versions_gets_the_newer_one():
    buffer = ReplayBuffer(0, 3, [*changes(1, 2), edit(3, of=1)])

    buffer.extend(4, [edit(4, of=1, body="again")])

    assert read(buffer.frames_after(3)) == [(3, 4, [1])]
    assert "again" in buffer.frames_after(2)[0].text.text


def test_dropped_versions_do_not_count_towards_the_limits():
    buffer = ReplayBuffer(0, 0, [])
    for head in range(1, 3 * MAX_CHANGES):
        buffer.extend(head, [edit(head, of=1 + head % 2, body="x" * (MAX_BYTES // 10))])

    assert buffer.floor == 0


def test_a_newcomer_gets_the_newest_messages_however_many_changes_came_after_them():
    buffer = ReplayBuffer(0, 60, changes(1, 60))

    buffer.extend(1000, [edit(seq, of=1 + seq % 5) for seq in range(61, 1000)] + [edit(1000, 59)])

    ((after, head, seqs),) = read(buffer.page_frames())
    assert (after, head) == (60 - PAGE, 1000)
    assert seqs == [*range(61 - PAGE, 59), 60, 59], "in the order of their changes"


def test_a_newcomer_gets_messages_that_were_evicted_from_the_replay():
    newest = changes(1, PAGE)
    buffer = ReplayBuffer(500, 500, [], newest)

    assert read(buffer.page_frames()) == [(0, 500, list(range(1, PAGE + 1)))]
    buffer.extend(501, [change(501, {"seq": 501})])
    assert read(buffer.page_frames()) == [(1, 501, [*range(2, PAGE + 1), 501])]


def test_the_page_of_newcomers_stays_however_long_its_messages_are():
    buffer = ReplayBuffer(0, PAGE + 10, changes(1, PAGE + 10, MAX_BYTES // 10))

    buffer.extend(buffer.head, [])

    assert [seq for *_, seqs in read(buffer.page_frames()) for seq in seqs] == list(
        range(11, PAGE + 11)
    )


def test_a_newcomer_starts_a_page_before_the_last_message():
    def start(floor, head):
        return read(ReplayBuffer(floor, head, changes(floor + 1, head)).page_frames())[0][0]

    assert start(0, 200) == 200 - PAGE
    assert start(0, 7) == 0
    assert start(30, 30 + PAGE) == 30
    assert start(0, 0) == 0


def test_newcomers_share_their_frames():
    buffer = ReplayBuffer(0, 3, changes(1, 3))

    assert buffer.page_frames() is buffer.page_frames()


def test_a_message_that_was_edited_before_it_was_read_finds_its_place():
    """Read from the log, the message comes where it was changed."""
    buffer = ReplayBuffer(0, 5, changes(1, 5))

    buffer.extend(9, [*changes(7, 8), edit(9, of=6)])

    assert read(buffer.page_frames()) == [(0, 9, [1, 2, 3, 4, 5, 7, 8, 6])]


def test_what_was_pruned_leaves_the_page_of_newcomers():
    buffer = ReplayBuffer(0, 5, changes(1, 5))
    buffer.extend(7, [*changes(6, 6), edit(7, of=4)])

    pruned = buffer.replaced(
        0, 5, [*changes(3, 3), *changes(5, 5)], [edit(7, of=4), *changes(3, 3)]
    )

    assert read(pruned.page_frames()) == [(0, 7, [3, 5, 6, 4])]


def test_long_replays_are_split_into_consecutive_frames_of_limited_size():
    owls = [change(seq, {"seq": seq, "body": "🦉" * 4000}) for seq in range(1, 101)]

    frames = split_into_frames(0, 100, owls)

    assert len(frames) > 1
    assert all(len(frame.text.text.encode()) <= MAX_FRAME_OUT for frame in frames)
    assert sum(len(frame.text.text.encode()) for frame in frames) > 0.9 * MAX_FRAME_OUT * (
        len(frames) - 1
    )
    found = read(frames)
    assert [after for after, _, _ in found] == [0, *[head for _, head, _ in found][:-1]]
    assert [head for _, head, _ in found] == [frame.head for frame in frames]
    assert [seq for *_, seqs in found for seq in seqs] == list(range(1, 101))


def test_a_frame_ends_at_the_head_even_without_changes():
    assert read(split_into_frames(5, 9, [])) == [(5, 9, [])]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_frame_is_what_the_protocol_declares(count):
    author = {
        "author_id": "alice",
        "author_name": "Zoë 🦉",
        "posted_at": "2026-01-02T03:04:05.678Z",
    }
    messages = [
        Message(seq=seq, changed_seq=seq, client_message_id=uuid4(), body='"<\n', **author)
        for seq in range(1, count + 1)
    ]

    (frame,) = split_into_frames(0, count, encoded(messages))

    assert frame.text.text == encode(RoomChanged(after=0, head=count, messages=messages))
    assert frame.text.text.startswith(
        f'{{"type":"room.changed","after":0,"head":{count},"messages":['
    )
    assert [body.text for body in frame.posts()] == ['"<\n'] * count
