"""The replay buffer against a model: what a reader knew, and the frames, make up what is now."""

from __future__ import annotations

import json

import pytest

hypothesis = pytest.importorskip("hypothesis")

from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from msgspec import Raw  # noqa: E402

from chat.channel.announcements import Change  # noqa: E402
from chat.live import replay_buffer  # noqa: E402
from chat.live.late_posts import LatePosts  # noqa: E402
from chat.live.replay_buffer import ReplayBuffer  # noqa: E402
from chat.protocol.frames import PAGE  # noqa: E402

# Each batch is what one pass adds: None posts a message, a number changes one of those there are.
batches = st.lists(
    st.lists(st.one_of(st.none(), st.integers(0, 99)), min_size=1, max_size=5),
    min_size=1,
    max_size=40,
)


class Log:
    """A room's log: the newest version of each message, and its state at each seq."""

    def __init__(self):
        self.head = 0
        self.posted = []
        self.latest = {}  # changed_seq by message
        self.states = {0: {}}

    def write(self, steps):
        """The changes of one batch; a message comes once, as of its latest."""
        new = {}
        for step in steps:
            self.head += 1
            if step is None or not self.posted:
                message = self.head
                self.posted.append(message)
            else:
                message = self.posted[step % len(self.posted)]
            new.pop(message, None)
            new[message] = self.latest[message] = self.head
            self.states[self.head] = dict(self.latest)
        return [change(seq, message) for message, seq in new.items()]


def change(seq, message):
    text = json.dumps({"seq": message, "changed_seq": seq, "body": f"{message} at {seq}"})
    return Change(seq, Raw(text.encode()), message)


def applied(state, frames, cursor):
    """The state after `frames`, which have to lead on from `cursor`."""
    state = dict(state)
    for frame in frames:
        assert frame.after == cursor
        cursor = frame.head
        for each in json.loads(frame.text.text)["messages"]:
            assert frame.after < each["changed_seq"] <= frame.head
            state[each["seq"]] = each["changed_seq"]
    return state, cursor


def by_seq(rows):
    return sorted((seq, message) for message, seq in rows.items())


def filled(steps, monkeypatch):
    """The log and its buffer after each batch."""
    monkeypatch.setattr(replay_buffer, "MAX_CHANGES", 20)
    monkeypatch.setattr(replay_buffer, "MAX_FRAME_OUT", 400)
    log, buffer = Log(), ReplayBuffer(0, 0, [])
    for batch in steps:
        changes = log.write(batch)
        buffer.extend(log.head, changes)
        yield log, buffer


@given(steps=batches, data=st.data())
def test_an_old_state_and_the_frames_make_up_the_present_state(steps, data):
    with pytest.MonkeyPatch.context() as monkeypatch:
        for log, buffer in filled(steps, monkeypatch):
            cursor = data.draw(st.integers(0, log.head), "cursor")
            frames = buffer.frames_after(cursor)
            if frames is None:
                assert cursor < buffer.floor
                continue
            assert applied(log.states[cursor], frames, cursor) == (log.latest, log.head)
            sent = [each for frame in frames for each in frame.changes]
            assert all(log.latest[each.message_seq] == each.seq for each in sent), "an old version"


@given(steps=batches)
def test_a_newcomer_gets_the_newest_messages_as_they_are(steps):
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(replay_buffer, "PAGE", 7)
        for log, buffer in filled(steps, monkeypatch):
            newest = log.posted[-7:]
            frames = buffer.page_frames()
            state, head = applied({}, frames, frames[0].after)
            assert head == log.head
            assert state == {message: log.latest[message] for message in newest}
            assert frames[0].after == (newest[0] - 1 if len(newest) == 7 else 0)


@given(steps=batches, data=st.data())
def test_a_new_read_of_the_log_changes_nothing_that_readers_get(steps, data):
    with pytest.MonkeyPatch.context() as monkeypatch:
        read_at = data.draw(st.integers(0, len(steps) - 1), "batches before the read")
        stages = [(log, buffer, log.head) for log, buffer in filled(steps, monkeypatch)]
        log, buffer, upto = stages[read_at]  # the first two are the same objects at each stage
        latest = log.states[upto]
        floor = data.draw(st.integers(0, upto), "floor")
        # What the log has when it is read: later changes have replaced some.
        rows = {message: seq for message, seq in log.latest.items() if floor < seq <= upto}
        changes = [
            change(seq, message) for message, seq in sorted(rows.items(), key=lambda i: i[1])
        ]
        newest = [change(latest[message], message) for message in sorted(latest)[-PAGE:]]

        joined = buffer.replaced(floor, upto, changes, newest)

        for cursor in range(joined.floor, log.head + 1):
            frames = joined.frames_after(cursor)
            assert applied(log.states[cursor], frames, cursor) == (log.latest, log.head)


@given(steps=batches, pauses=st.lists(st.booleans(), min_size=40, max_size=40))
def test_readers_of_posts_get_each_message_once(steps, pauses):
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(replay_buffer, "MAX_CHANGES", 1000)
        cursor, late_posts, shown = 0, LatePosts(), []
        log, buffer = Log(), ReplayBuffer(0, 0, [])
        for batch, pause in zip(steps, pauses, strict=False):
            changes = log.write(batch)
            buffer.extend(log.head, changes)
            if not pause:
                frames = buffer.frames_after(cursor)
                shown += [each for frame in frames for each in late_posts.first_shown_in(frame)]
                cursor = log.head
        frames = buffer.frames_after(cursor)
        shown += [each for frame in frames for each in late_posts.first_shown_in(frame)]

    assert sorted(each.message_seq for each in shown) == log.posted
