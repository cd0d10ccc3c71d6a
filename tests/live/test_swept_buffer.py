"""Sweeps in the end of a log that is in memory. What was swept is in no frame, however it came."""

from __future__ import annotations

import json
from uuid import uuid4

from chat.channel.announcements import encoded
from chat.live.late_posts import LatePosts
from chat.live.log_entries import LoggedSweep
from chat.live.replay_buffer import MAX_CHANGES, Frame, ReplayBuffer, split_into_frames
from chat.protocol.frames import MAX_FRAME_OUT, PAGE, Message, Sweep, encode

AT = "2026-01-02T03:04:05.678Z"


def message(seq, author="mallory", body="spam", **fields):
    fields = {"changed_seq": seq, "posted_at": AT} | fields
    return Message(
        seq=seq,
        client_message_id=uuid4(),
        author_id=author,
        author_name=author,
        body=body,
        **fields,
    )


def changes(*messages):
    return encoded(messages)


def spam(first, last, **fields):
    return changes(*(message(seq, **fields) for seq in range(first, last + 1)))


def sweep(seq, first, last, *, on=True, author="mallory", restored=()):
    return LoggedSweep(seq, Sweep(seq, author, first, last, on, AT), restored)


def read(frames):
    """What the frames hold: (changed_seq, body) of each message, and the seqs of the sweeps."""
    found = [json.loads(frame.text.text) for frame in frames]
    messages = [(m["changed_seq"], m["body"]) for each in found for m in each["messages"]]
    return messages, [s["seq"] for each in found for s in each.get("sweeps", [])]


def test_what_was_swept_is_in_no_frame():
    buffer = ReplayBuffer(0, 3, spam(1, 3), spam(1, 3))
    assert "spam" in str(read(buffer.frames_after(0)))

    buffer.extend(4, [sweep(4, 1, 3)])

    gone = [(1, ""), (2, ""), (3, "")]
    assert read(buffer.frames_after(0)) == (gone, [4])
    assert read(buffer.frames_after(3)) == ([], [4])
    assert read(buffer.page_frames()) == (gone, [])
    [frame] = buffer.page_frames()
    first = json.loads(frame.text.text)["messages"][0]
    assert (first["removed"], first["deleted_at"], first["author_name"]) == (True, AT, "mallory")


def test_a_sweep_concerns_one_author_and_its_range():
    here = changes(message(1), message(2), message(3, "bob", "Hello"), message(4), message(5))
    buffer = ReplayBuffer(0, 5, here, here)

    buffer.extend(6, [sweep(6, 2, 4)])

    expected = [(1, "spam"), (2, ""), (3, "Hello"), (4, ""), (5, "spam")]
    assert read(buffer.frames_after(0)) == (expected, [6])
    assert read(buffer.page_frames()) == (expected, [])


def test_what_arrives_together_with_its_sweep_is_swept():
    buffer = ReplayBuffer(0, 0, [])

    buffer.extend(4, [*spam(1, 3), sweep(4, 1, 3), *spam(5, 5)])

    assert read(buffer.frames_after(0)) == ([(1, ""), (2, ""), (3, ""), (5, "spam")], [4])


def test_a_message_that_was_deleted_before_stays_as_it_is():
    deleted = message(1, body="", deleted_at="2026-01-01T00:00:00.000Z", changed_seq=2)
    buffer = ReplayBuffer(0, 2, changes(deleted), changes(deleted))

    buffer.extend(3, [sweep(3, 1, 1)])

    [frame] = buffer.page_frames()
    shown = json.loads(frame.text.text)["messages"][0]
    assert (shown["deleted_at"], "removed" in shown) == ("2026-01-01T00:00:00.000Z", False)


def test_the_log_is_read_as_it_stands_after_all_its_sweeps():
    """A sweep that the log has was applied to the rows, or undone since."""
    buffer = ReplayBuffer(0, 4, [*spam(1, 2), sweep(3, 1, 2), sweep(4, 1, 2, on=False)])

    assert read(buffer.frames_after(0)) == ([(1, "spam"), (2, "spam")], [3, 4])


def test_what_was_restored_comes_back_in_its_place():
    here = changes(message(1), message(2, "bob", "Hello"), message(3))
    buffer = ReplayBuffer(0, 3, here, here)
    buffer.extend(4, [sweep(4, 1, 3)])

    restored = changes(message(1), message(3))
    buffer.extend(5, [sweep(5, 1, 3, on=False, restored=restored)])

    expected = [(1, "spam"), (2, "Hello"), (3, "spam")]
    assert read(buffer.frames_after(0)) == (expected, [4, 5])
    assert read(buffer.page_frames()) == (expected, [])


def test_what_was_changed_after_it_was_restored_comes_with_that_change():
    buffer = ReplayBuffer(0, 1, spam(1, 1), spam(1, 1))
    buffer.extend(2, [sweep(2, 1, 1)])
    edited = changes(message(1, body="edited", changed_seq=4))

    buffer.extend(3, [sweep(3, 1, 1, on=False, restored=edited)])
    assert read(buffer.frames_after(0)) == ([(1, "")], [2, 3])
    buffer.extend(4, edited)

    assert read(buffer.frames_after(0)) == ([(4, "edited")], [2, 3])


def test_a_read_of_the_log_from_before_a_sweep_is_not_joined_to_it():
    buffer = ReplayBuffer(0, 3, spam(1, 3), spam(1, 3))
    buffer.extend(4, [sweep(4, 1, 3)])

    assert buffer.replaced(0, 3, spam(1, 3), spam(1, 3)) is buffer
    again = buffer.replaced(0, 4, [*spam(1, 3, body=""), sweep(4, 1, 3)], spam(1, 3, body=""))
    assert "spam" not in str(read(again.frames_after(0)))


def test_sweeps_are_evicted_like_changes():
    buffer = ReplayBuffer(0, 3, spam(1, 3))
    buffer.extend(4, [sweep(4, 1, 3)])
    for seq in range(5, MAX_CHANGES + 6):
        buffer.extend(seq, spam(seq, seq, author="alice", body="Hello"))

    assert buffer.frames_after(3) is None
    assert buffer.floor >= 4


def test_only_newest_messages_that_are_known_are_swept():
    newest = spam(1, 2 * PAGE)
    buffer = ReplayBuffer(2 * PAGE, 2 * PAGE, [], newest)
    buffer.extend(2 * PAGE + 1, [sweep(2 * PAGE + 1, 1, 2 * PAGE)])

    found, _ = read(buffer.page_frames())
    assert found == [(seq, "") for seq in range(PAGE + 1, 2 * PAGE + 1)]
    assert read(buffer.frames_after(2 * PAGE)) == ([], [2 * PAGE + 1])


def test_frames_stay_within_their_size_with_sweeps():
    entries = [sweep(seq, 1, 3, author="m" * 32) for seq in range(1, 4001)]
    frames = split_into_frames(0, 4000, entries)

    assert len(frames) > 1
    assert all(len(frame.text.text) <= MAX_FRAME_OUT for frame in frames)
    assert [frame.after for frame in frames[1:]] == [frame.head for frame in frames[:-1]]
    assert read(frames)[1] == list(range(1, 4001))


def test_plain_text_readers_get_neither_a_sweep_nor_an_empty_text():
    gone = changes(message(1, body="", deleted_at=AT, removed=True), message(2, "bob", "Hello"))
    frame = Frame(0, 3, [*gone, sweep(3, 1, 1)])

    assert [each.text for each in frame.posts()] == ["Hello"]
    first = LatePosts().first_shown_in(frame)
    assert [each.message_seq for each in first] == [1, 2]


def test_a_frame_without_sweeps_has_no_such_field():
    [frame] = split_into_frames(0, 1, spam(1, 1))
    assert "sweeps" not in json.loads(frame.text.text)
    assert encode(Sweep(1, "a", 1, 1, True, AT)).startswith('{"seq":1,')
