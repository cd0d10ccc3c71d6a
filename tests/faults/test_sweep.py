"""Sweeping what somebody wrote, thousands of messages, holds nobody up."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from tests.faults import figures
from tests.faults.latency import Latency
from tests.faults.moderator import Moderator
from tests.faults.scenario import either, variant, world
from tests.faults.stores import read_log

FLOOD = either(300, 5000)  # messages
FLOODER = "f100de4"
AT_ONCE = 500  # rows of one INSERT
PAUSE = 0.5  # seconds between two acts, as many as their rate lets through
NEW_ROOM = """
    INSERT INTO chat_room (slug, title, head, epoch, created_at)
    VALUES ('lobby', '', 0, 'flooded', '{now}') ON CONFLICT (slug) DO NOTHING RETURNING id
"""
STORE = """
    INSERT INTO chat_message (room_id, seq, changed_seq, author_id, author_name, client_message_id,
        body, posted_at) VALUES {rows} RETURNING id
"""
ROW = """(
    (SELECT id FROM chat_room WHERE slug = 'lobby'), {seq}, {seq}, '{author}', 'Mallory', '{key}',
    '{body}', '{now}'
)"""
MOVE = "UPDATE chat_room SET head = {head} WHERE slug = 'lobby' RETURNING id"


@pytest.mark.parametrize("database", ["SQLite", variant("PostgreSQL")])
async def test_a_sweep_of_thousands_of_messages_holds_nobody_up(request, database):
    options = {"people": 0}
    if database == "PostgreSQL":
        options["postgres"] = request.getfixturevalue("postgres_server")
    async with world(f"sweep of {FLOOD}, {database}", **options) as here:
        here.strangers.append(await asyncio.to_thread(flood, here.store, FLOOD))
        people = await here.invite(6)
        (away,) = await here.invite(1, name="away")
        (moderator,) = await here.invite(1, name="moderator", kind=Moderator)
        await moderator.claim(here.store)
        await away.leave()

        latency = Latency(here, people)
        await latency.measure(lambda: sweep_and_undo(moderator))
        await moderator.settled()
        moderator.act("sweep", FLOODER)
        moderator.act("sweep", people[0].author_ids[-1])
        await moderator.settled()
        await away.enter()
        await here.invite(1, name="late")
        history = await here.verdict()

        removed = sum(row.removed for row in history["log"]["rows"])
        assert removed == FLOOD + len(people[0].noted("ok"))
        taken = act_seconds(moderator)
        here.report(
            **latency.figures(),
            **{
                f"{name}_{what}_ms": round(value * 1000, 1)
                for name, samples in (("calm", latency.calm), ("swept", latency.abused))
                for what, value in (("p99", figures.percentile(samples, 99)), ("max", max(samples)))
            },
            acts=len(taken),
            act_p50_ms=round(figures.percentile(taken, 50) * 1000, 1),
            act_max_ms=round(max(taken) * 1000, 1),
        )
        latency.assert_unchanged()


def flood(store, count):
    """Store what a flooder wrote just now; returns their history."""
    now = datetime.now(UTC).isoformat(sep=" ")
    store.query(NEW_ROOM.format(now=now))
    head = read_log(store)["head"]
    sent = [
        {"at": 0, "what": "invoke", "id": str(uuid4()), "body": f"Buy {number}"}
        for number in range(count)
    ]
    for start in range(0, count, AT_ONCE):
        rows = [
            ROW.format(
                seq=head + number,
                author=FLOODER,
                key=event["id"].replace("-", ""),
                body=event["body"],
                now=now,
            )
            for number, event in enumerate(sent[start : start + AT_ONCE], start + 1)
        ]
        store.query(STORE.format(rows=", ".join(rows)))
    store.query(MOVE.format(head=head + count))
    return {"name": "flooder", "author_ids": [FLOODER], "stayed": False, "events": sent}


async def sweep_and_undo(moderator):
    while True:
        sweep = moderator.act("sweep", FLOODER)
        await moderator.settled()
        await asyncio.sleep(PAUSE)
        moderator.undo(sweep)
        await moderator.settled()
        await asyncio.sleep(PAUSE)


def act_seconds(moderator):
    """From each act to its acknowledgement, if it was not refused first."""
    asked = {event["id"]: event["at"] for event in moderator.noted("act")}
    late = {event["id"] for event in moderator.noted("retry")}
    oks = [event for event in moderator.noted("act_ok") if event["id"] not in late]
    return [event["at"] - asked[event["id"]] for event in oks]
