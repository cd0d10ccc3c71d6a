"""People on two nodes and on the previous release change messages; one is offline, one is killed,
and a node too. In the end all have the same conversation."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack

from testing import previous_release
from testing.processes import free_port
from tests.conftest import missing
from tests.faults import checker
from tests.faults.history import frames_seen
from tests.faults.link import Addresses
from tests.faults.scenario import SETTLED_WITHIN, either, world

PREVIOUS = "previous"  # what the names of people on the previous release begin with


async def test_all_end_with_the_same_conversation(postgres_server, redis_program):
    if not previous_release.is_here():
        missing(f"release {previous_release.VERSION}", "clone with all of the history")
    options = {"nodes": 2, "people": 0, "postgres": postgres_server, "redis": True}
    async with AsyncExitStack() as stack, world("previous release", **options) as here:
        settings = here.nodes[0].settings | {"MIGRATE_AT_START": 0}
        context = previous_release.node(**{k: v for k, v in settings.items() if k != "DATA_DIR"})
        old = await asyncio.to_thread(context.__enter__)
        stack.push(context)
        await here.invite(4)
        await here.invite(2, name=PREVIOUS, addresses=Addresses([old.ws_url]))
        offline, killed = here.people[0], here.people[1]
        async with here.talking(every=either(0.3, 1), changing=0.5):
            await asyncio.sleep(1)
            online, offline.link.addresses = offline.link.addresses, nowhere()
            offline.link.drop()
            await asyncio.to_thread(here.nodes[1].kill)
            await killed.vanish()
            here.people.remove(killed)
            here.strangers.append(killed.history())
            await asyncio.to_thread(here.nodes[1].start)
            await asyncio.sleep(either(2, 30))
            offline.link.addresses = online
            recovery = await here.delivered_to_all(here.people[-1], since=time.monotonic())
        await same_for_all(here)
        here.report(recovery=recovery)
        assert here.resets() == 0
        assert "Traceback" not in old.log_text()


def nowhere():
    """Where no server answers."""
    return Addresses([f"ws://127.0.0.1:{free_port()}"])


async def same_for_all(here):
    """The verdict on everybody; of the people on the previous release, which knows neither
    deletions nor reactions where it reads the log, that their streams are whole and their texts
    are those of the log."""
    problem, log = await here.settle(SETTLED_WITHIN)
    assert not problem
    people = [*(person.history() for person in here.people), *here.strangers]
    texts = {row.seq: row.body for row in log["rows"]}
    for person in people:
        if person["name"].startswith(PREVIOUS):
            assert list(checker.streams_go_forward({"people": [person]})) == []
            assert {seq: texts[seq] for seq in texts} == texts_seen(person, texts)
            person["events"] = [event for event in person["events"] if event["what"] != "changes"]
            person["stayed"] = False
    history = {"name": here.name, "seed": here.seed, "people": people, "log": log}
    found = checker.violations(history)
    assert not found, f"{found[:10]}, the history is in {here.keep(history, found)}"
    assert any(row.edited for row in log["rows"])
    assert any(row.deleted for row in log["rows"])
    assert log["reactions"]


def texts_seen(person, texts):
    """By seq, as of the latest change; those of messages before their first frame as in `texts`."""
    held = {}
    for seen in frames_seen(person):
        for message in seen.frame["messages"]:
            if message.seq not in held or held[message.seq].changed_seq < message.changed_seq:
                held[message.seq] = message
    first = next(frames_seen(person)).frame["after"]
    return {
        seq: held[seq].body if seq in held else (text if seq <= first else None)
        for seq, text in texts.items()
    }
