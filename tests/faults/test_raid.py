"""Newcomers raid a room in which regulars talk; one moderator cleans up."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from itertools import pairwise

import pytest

from chat.live.raids import RAID_MESSAGES
from tests.faults import figures, hostile
from tests.faults.latency import Latency, answered
from tests.faults.moderator import Moderator, make_regulars
from tests.faults.raid import CLOSE, SPAM, raid
from tests.faults.scenario import either, variant, world
from tests.faults.stores import read_log

PEOPLE = either(5, 20)
RAIDERS = either(10, 50)
EVERY = either(0.7, 2)  # seconds between one person's messages
LIMITS = {"COMMAND_RATE": 20, "MESSAGE_RATE": 2}  # of messages: twice as many as usual
BANNED = 4510
WITHIN = 180  # seconds
AGAIN = 5  # raiders who try to come back, of each node, and acts that are sent again


@pytest.mark.parametrize("database", ["SQLite", variant("PostgreSQL")])
async def test_a_raided_room_protects_itself_and_one_moderator_cleans_up(
    redis_program, request, database
):
    options = {"nodes": 2, "people": PEOPLE, "redis": True} | LIMITS
    if database == "PostgreSQL":
        options["postgres"] = request.getfixturevalue("postgres_server")
    async with world(f"raid, {database}", **options) as here, raid(RAIDERS, here.nodes) as raiding:
        people = [*here.people]
        await have_talked(here)
        (moderator,) = await here.invite(1, name="moderator", kind=Moderator)
        await moderator.claim(here.store)

        latency = Latency(here, people, every=EVERY)
        began_at = time.monotonic()
        await latency.measure(raiding.run)
        for person in here.people:
            await person.until(lambda p=person: p.rules["raid_until"], WITHIN)
        spam = len(spam_in(read_log(here.store)))

        async with raiding.going_on(), here.talking(people, every=EVERY):
            cleaning_at = time.monotonic()
            cleaning = asyncio.create_task(moderator.clean_up(is_spam))
            await moderator.until(lambda: is_in_the_middle(moderator), WITHIN)
            await kill_and_restart(here.nodes[moderator.link.number % 2])
            await cleaning
            seconds = time.monotonic() - cleaning_at
        acts = len(moderator.noted("act_ok"))
        here.strangers += raiding.histories
        await asyncio.gather(*(answered(person) for person in people))

        log = await cleaned_up(here, moderator)
        await bans_are_in_force_on_all(here.nodes, raiding.cookies, log)
        await acts_sent_again_are_not_done_twice(here, moderator, log)
        await undo_brings_back(here, moderator, log)
        history = await here.verdict()
        here.report(
            raiders=RAIDERS,
            spam=spam,
            guests=len(raiding.cookies),
            refused=dict(raiding.refused),
            closed=dict(raiding.closed),
            acts=acts,
            act_p50_ms=figures.percentile(act_seconds(moderator), 50) * 1000,
            act_retries=dict(Counter(event["code"] for event in moderator.noted("retry"))),
            cleaned_up_in=seconds,
            seconds=time.monotonic() - began_at,
            **latency.figures(),
        )
        assert raiding.refused["slow_mode"]
        assert raiding.closed[BANNED]
        # Each node counts by itself; then come those under way, and the few of each minute.
        assert spam < 4 * RAID_MESSAGES + 10 * RAIDERS, "thousands, without the protection"
        assert not any(
            event["code"] == "slow_mode"
            for person in here.people
            for event in person.noted("retry")
        )
        assert [act.kind for act in history["log"]["acts"]].count("raid") == 1
        latency.assert_unchanged()


def act_seconds(moderator):
    """From the acknowledgement of one act to that of the next: they are sent one at a time."""
    at = [event["at"] for event in moderator.noted("act_ok")]
    return [after - before for before, after in pairwise(at)]


def is_in_the_middle(moderator):
    asked, acked = (len(moderator.noted(what)) for what in ("act", "act_ok"))
    return asked and 2 * acked >= asked


async def have_talked(here):
    """All are regulars."""
    for person in here.people:
        person.send("Hello")
    await asyncio.gather(*(answered(person) for person in here.people))
    await make_regulars(here.store, here.people)


async def kill_and_restart(node):
    await asyncio.to_thread(node.kill)
    await asyncio.to_thread(node.start)


def is_spam(body):
    return body.startswith(SPAM)


def spam_in(log):
    return [row for row in log["rows"] if is_spam(row.body)]


async def cleaned_up(here, moderator):
    """The log, once what was stored while the raid was stopped is gone, too."""
    async with asyncio.timeout(WITHIN):
        while spam_in(log := await asyncio.to_thread(read_log, here.store)):
            await moderator.until(lambda head=log["head"]: moderator.head >= head, WITHIN)
            await moderator.clean_up(is_spam)
    return log


async def bans_are_in_force_on_all(nodes, cookies, log):
    banned = [act.target_id for act in log["acts"] if act.kind == "ban"]
    for author_id in banned[:AGAIN]:
        assert [await entered(node, cookies[author_id]) for node in nodes] == [BANNED, BANNED]


async def entered(node, cookie):
    """The code with which a newcomer with this cookie is closed; None if they may stay."""
    plain = await hostile.dial(node)
    try:
        await hostile.enter(plain, cookie=cookie)
        reader, _ = await asyncio.open_connection(sock=plain)
        async with asyncio.timeout(hostile.WITHIN):
            async for opcode, payload in hostile.frames(reader):
                return int.from_bytes(payload[:2]) if opcode == CLOSE else None
    finally:
        hostile.vanish(plain)


async def acts_sent_again_are_not_done_twice(here, moderator, log):
    for event in moderator.noted("act_ok")[:AGAIN]:
        assert (await moderator.repeat(event["id"]))["type"] == "ack"
    now = await asyncio.to_thread(read_log, here.store)
    assert (now["head"], now["acts"]) == (log["head"], log["acts"])


async def undo_brings_back(here, moderator, log):
    sent = {event["id"]: event["body"] for each in here.strangers for event in each["events"]}
    sweep = next(act for act in log["acts"] if act.kind == "sweep")
    swept = [row for row in log["rows"] if sweep.removes(row)]
    moderator.undo(sweep.id)
    await moderator.settled()
    for person in here.people:
        shown = [row for row in swept if row.seq in person.timeline.messages]
        await person.until(
            lambda p=person, rows=shown: all(
                p.timeline.messages[row.seq].body == sent[row.id] for row in rows
            ),
            WITHIN,
        )
    assert Counter(row.author_id for row in swept) == {sweep.target_id: len(swept)}
