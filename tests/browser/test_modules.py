"""The page's pure modules, alone: no server, no page, no document in use."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

STORAGE = """
    const storage = new SafeStorage(() => localStorage);
    const fresh = () => new Outbox({ storage, prefix: 'outbox/' });
    const bodies = (outbox) => outbox.entries.map(({ body, state }) => `${body} ${state}`);
"""


def test_an_outbox_survives_and_keeps_its_order(run):
    assert run(
        "Outbox SafeStorage",
        STORAGE
        + """
        const outbox = fresh();
        for (const body of ['One', 'Two', 'Three']) outbox.add({ body, author_id: null });
        outbox.settle(outbox.next().client_message_id);
        return [bodies(outbox), bodies(fresh()), fresh().next().body];
        """,
    ) == [["One sent", "Two waiting", "Three waiting"], ["Two waiting", "Three waiting"], "Two"]


def test_a_refused_message_is_passed_by_and_sent_again_under_the_same_id(run):
    assert run(
        "Outbox SafeStorage",
        STORAGE
        + """
        const outbox = fresh();
        outbox.add({ body: 'One', author_id: null });
        outbox.add({ body: 'Two', author_id: null });
        const { client_message_id: id } = outbox.next();
        outbox.refuse(id, { code: 'bad_frame', detail: 'No.' });
        const passed = outbox.next().body;
        outbox.retry(id, 'ada');
        const again = outbox.next();
        outbox.refuse(id, { code: 'conflict', detail: 'Used.' });
        outbox.retry(id, 'ada');
        const other = outbox.next();
        return [passed, again.body, again.client_message_id === id,
                other.body, other.client_message_id === id, bodies(fresh())];
        """,
    ) == ["Two", "One", True, "One", False, ["One waiting", "Two waiting"]]


def test_an_outbox_follows_what_other_tabs_do(run):
    assert run(
        "Outbox SafeStorage",
        STORAGE
        + """
        const [here, there] = [fresh(), fresh()];
        there.add({ body: 'From there', author_id: 'ada' });
        const { client_message_id: id } = there.next();
        const key = `outbox/${id}`;
        here.follow({ key, newValue: localStorage.getItem(key) });
        const seen = bodies(here);
        there.settle(id);
        here.follow({ key, newValue: null });
        const settled = bodies(here);
        here.follow({ key: null, newValue: null });
        return [seen, settled, bodies(here)];
        """,
    ) == [["From there waiting"], ["From there sent"], ["From there sent"]]


def test_an_outbox_works_where_nothing_can_be_stored(run):
    assert (
        run(
            "Outbox SafeStorage",
            """
        const storage = new SafeStorage(() => { throw new Error('blocked'); });
        const outbox = new Outbox({ storage, prefix: 'outbox/' });
        outbox.add({ body: 'One', author_id: null });
        return outbox.next().body;
        """,
        )
        == "One"
    )


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://a.example/b?c=d#e.", ["https://a.example/b?c=d#e"]),
        ("(https://a.example/x)", ["https://a.example/x"]),
        ("https://a.example/x_(y)", ["https://a.example/x_(y)"]),
        ("https://a.example, https://b.example!", ["https://a.example/", "https://b.example/"]),
        ("www.a.example and mailto:a@b.example", ["https://www.a.example/", "mailto:a@b.example"]),
        ("日本http://a.example/日本", ["http://a.example/%E6%97%A5%E6%9C%AC"]),
        ("javascript:alert(1) data:text/html,x file:///etc ftp://a.example", []),
        ("http:// https://[ xhttp://a.example", []),
        ('https://a.example/"onclick="x', ["https://a.example/"]),
    ],
)
def test_links_are_found_and_the_text_is_kept(run, text, links):
    segments = run("splitLinks", f"return splitLinks({json.dumps(text)});")

    assert "".join(segment["text"] for segment in segments) == text
    assert [segment["href"] for segment in segments if "href" in segment] == links


def test_messages_are_arranged_by_day_author_and_minute(run):
    rows = run(
        "arrange",
        """
        const at = (author_id, hour, minute, second, day = 9) => ({
            author_id, author_name: author_id,
            client_message_id: [day, hour, minute, second].join(),
            posted_at: new Date(2025, 2, day, hour, minute, second).toISOString(),
        });
        const rows = arrange([
            at('ada', 12, 0, 0), at('ada', 12, 0, 30), at('ada', 12, 1, 0), at('bob', 12, 1, 5),
            at('bob', 12, 30, 0), at('bob', 12, 30, 1, 10),
        ]);
        return rows.map(({ kind, introduced, timed }) =>
            kind === 'day' ? 'day' : `${introduced ? 'name ' : ''}${timed ? 'time' : ''}`);
        """,
    )

    day_one = ["name ", "time", "time", "name time", "name time"]
    assert rows == ["day", *day_one, "day", "name time"]


def test_nobody_comes_back_in_step_or_later_than_the_limit(run):
    assert run(
        "Backoff",
        """
        const backoff = new Backoff({ first: 100, last: 1000, random: () => 1 });
        const waits = [1, 2, 3, 4, 5, 6].map(() => backoff.next());
        backoff.reset();
        const early = new Backoff({ random: () => 0 });
        return [waits, backoff.next(), early.next()];
        """,
    ) == [[100, 200, 400, 800, 1000, 1000], 100, 0]


def test_ids_are_uuids_without_a_secure_context(run):
    secure, first, second = run("uuid", "return [isSecureContext, uuid(), uuid()];")

    assert not secure
    assert UUID(first).version == UUID(second).version == 4
    assert first != second
