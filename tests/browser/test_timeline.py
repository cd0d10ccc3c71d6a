"""timeline.js, alone: the room as far as one tab has seen it."""

from __future__ import annotations

MESSAGES = """
    const said = (seq, more = {}) => ({
        seq, changed_seq: seq, client_message_id: `id${seq}`, author_id: 'ada', author_name: 'Ada',
        body: `Message ${seq}`, posted_at: '2025-03-09T12:00:00.000Z', ...more,
    });
    const seqs = (timeline) => timeline.messages.map(({ seq }) => seq);
"""


def test_a_timeline_begins_where_the_first_change_says(run):
    assert run(
        "Timeline",
        MESSAGES
        + """
        const timeline = new Timeline();
        const before = timeline.cursor;
        timeline.welcome({ epoch: 'e', reset: false });
        timeline.apply({ after: 5, head: 7, messages: [said(6), said(7)] });
        return [before, timeline.cursor, seqs(timeline), timeline.hasOlder, timeline.before];
        """,
    ) == [None, {"epoch": "e", "seq": 7}, [6, 7], True, 6]


def test_a_timeline_takes_a_change_twice_but_never_with_a_gap(run):
    assert run(
        "Timeline",
        MESSAGES
        + """
        const timeline = new Timeline();
        timeline.welcome({ epoch: 'e', reset: false });
        timeline.apply({ after: 0, head: 2, messages: [said(1), said(2)] });
        const again = timeline.apply({ after: 1, head: 3, messages: [said(2), said(3)] });
        const old = timeline.apply({ after: 0, head: 2, messages: [said(1), said(2)] });
        const gap = timeline.apply({ after: 4, head: 5, messages: [said(5)] });
        return [again.map(({ seq }) => seq), old, gap, seqs(timeline), timeline.cursor.seq];
        """,
    ) == [[3], [], None, [1, 2, 3], 3]


def test_a_timeline_of_another_log_is_thrown_away(run):
    assert run(
        "Timeline",
        MESSAGES
        + """
        const timeline = new Timeline();
        const first = timeline.welcome({ epoch: 'e', reset: false });
        timeline.apply({ after: 0, head: 1, messages: [said(1)] });
        const resumed = timeline.welcome({ epoch: 'e', reset: false });
        const kept = seqs(timeline);
        const replaced = timeline.welcome({ epoch: 'f', reset: true });
        return [first, resumed, kept, replaced, seqs(timeline), timeline.cursor];
        """,
    ) == [False, False, [1], True, [], None]


def test_a_page_of_history_never_brings_back_an_older_version(run):
    assert run(
        "Timeline",
        MESSAGES
        + """
        const timeline = new Timeline();
        timeline.welcome({ epoch: 'e', reset: false });
        timeline.apply({ after: 2, head: 3, messages: [said(3)] });
        const edited = said(1, { changed_seq: 4, body: 'Edited' });
        const drawn = timeline.apply({ after: 3, head: 4, messages: [edited] });
        timeline.prepend({ messages: [said(1), said(2)], more: false }, timeline.before);
        return [drawn, timeline.messages.map(({ body }) => body), timeline.hasOlder];
        """,
    ) == [[], ["Edited", "Message 2", "Message 3"], False]
