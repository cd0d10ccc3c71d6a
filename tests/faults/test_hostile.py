"""One client cannot hurt the rest: hostile clients, and their effect on others."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import time

import pytest
from redis import Redis

from chat.protocol.frames import MAX_FRAME_IN
from testing.processes import DAPHNE
from tests.faults import figures, hostile
from tests.faults.latency import Latency
from tests.faults.scenario import OPENED, SERVE, either, world
from tests.server.raw_socket import frame

MIB = 1024 * 1024
SENT = either(12, 100) * MIB
STOPPED = either(2, 1)  # readers
STAYS = 0, 0.001, 0.003, 0.01  # seconds in a room
FLAT = 16  # MiB that memory may still grow once it is warm
PATIENCE = 60  # seconds until the server must have closed one
LONG_BODY = "\N{GRINNING FACE}" * 4000  # 16 kB, the longest there is


@pytest.mark.parametrize("server", either(["serve"], ["serve", "daphne"]))  # to compare
async def test_readers_that_stop_cost_little_memory(server):
    command = SERVE if server == "serve" else DAPHNE
    async with world(f"readers that stop, {server}", people=6, command=command) as here:
        node = here.nodes[0]
        talkers, others = here.people[:4], here.people[4:]
        await send_much(talkers, MIB * 4)  # warm
        before = hostile.resident(node.pid)
        stopped = [await hostile.stop_reading(node) for _ in range(STOPPED)]
        async with here.talking(others):
            began_at = time.monotonic()
            await send_much(talkers, SENT)
        grown = hostile.resident(node.pid) - before
        for plain in stopped:
            hostile.vanish(plain)
        await here.verdict()
        p99 = figures.p99_ms(others, began_at)
        here.report(sent_mib=SENT // MIB, stopped=STOPPED, grown_mib=grown / MIB, others_p99_ms=p99)
        if server == "serve":
            assert grown < SENT * STOPPED / 3


async def send_much(talkers, size):
    async def say_share(person):
        for number in range(int(size / len(LONG_BODY.encode()) / len(talkers))):
            person.send(f"{number:08}{LONG_BODY[8:]}")
            await person.until(lambda: not person.outbox, 60)

    await asyncio.gather(*(say_share(person) for person in talkers))


async def test_messages_that_never_end_cost_little_memory():
    sockets = 99  # fewer than an address may have
    async with world("messages that never end", people=2) as here:
        node = here.nodes[0]
        opened = [await hostile.begin_message(node, size=1000) for _ in range(sockets)]
        before = hostile.resident(node.pid)
        opened += [await hostile.begin_message(node, size=MAX_FRAME_IN) for _ in range(sockets)]
        opened += [await hostile.begin_message(node, size=MIB - 1) for _ in range(sockets)]
        grown = hostile.resident(node.pid) - before
        for plain in opened:
            hostile.vanish(plain)
        await here.verdict()
        here.report(sockets=2 * sockets, grown_mib=grown / MIB)
        assert grown < sockets * MIB / 3


async def test_flooders_are_refused_and_others_latency_stays_the_same():
    limits = {"MESSAGE_RATE": 10, "MESSAGE_BURST": 20, "COMMAND_RATE": 20}
    async with world("flood", people=8, **limits) as here:
        latency = Latency(here)
        flooders = [hostile.Flooder(f"mallory-{n}") for n in range(5)]

        async def flood():
            await asyncio.gather(*(flooder.run(here.nodes[0]) for flooder in flooders))

        await latency.measure(flood)
        flooding = asyncio.create_task(flood())
        async with asyncio.timeout(PATIENCE):
            while not any(flooder.thrown_out for flooder in flooders):
                await asyncio.sleep(0.1)
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
        here.strangers = [history for flooder in flooders for history in flooder.histories]
        await ended(here.nodes[0], here.strangers)  # the last posts may still be stored
        await here.verdict()
        here.report(
            **latency.figures(),
            sent=sum(flooder.sent for flooder in flooders),
            refused=sum(flooder.refused for flooder in flooders),
            thrown_out=sum(flooder.thrown_out for flooder in flooders),
        )
        assert sum(flooder.refused for flooder in flooders) > 0
        assert here.closes() == []
        latency.assert_unchanged()


async def test_floods_of_pings_and_fragments_leave_others_latency_the_same():
    pings = frame(0x9) * 2000
    message = frame(0x1, final=False) + frame(0x0, final=False) * 48 + frame(0x0)
    async with world("pings and fragments", people=8) as here:
        latency = Latency(here)
        closed = []

        async def flood():
            floods = [pings, message * 20] * 5
            await asyncio.gather(*(hostile.repeat(here.nodes[0], each, closed) for each in floods))

        await latency.measure(flood)
        await here.verdict()
        here.report(**latency.figures(), closed=len(closed))
        assert len(closed) >= 10
        assert here.closes() == []
        latency.assert_unchanged()


async def ended(node, histories):
    """Return when the server has seen the end of everybody's connection."""
    authors = {f"author={history['author_ids'][0][:8]} " for history in histories}
    async with asyncio.timeout(PATIENCE):
        while not all(author in node.log_text() for author in authors):
            await asyncio.sleep(0.2)


async def test_clients_that_vanish_leave_nothing_behind():
    cycles = either(500, 10_000)
    async with world("connect and vanish", people=0, command=OPENED) as here:
        node = here.nodes[0]
        await come_and_vanish(node, 100)  # all threads are started
        before = await counts_like(node, lambda found: not found["hubs"])
        memory = [hostile.resident(node.pid) / MIB]
        began_at = time.monotonic()
        for _ in range(2):
            await come_and_vanish(node, cycles // 2)
            memory.append(round(hostile.resident(node.pid) / MIB, 1))
        seconds = time.monotonic() - began_at
        after = await counts_like(node, lambda found: found == before)
        here.report(cycles=cycles, seconds=seconds, start_half_end_mib=memory, left=after)
        assert after == before
        assert "Traceback" not in node.log_text()


async def come_and_vanish(node, cycles, at_once=20):
    left = iter(range(cycles))

    async def visitor():
        for number in left:
            await hostile.come_and_vanish(node, hostile.MANNERS[number % len(hostile.MANNERS)])

    await asyncio.gather(*(visitor() for _ in range(at_once)))


@pytest.mark.takes(either(240, 3600))
async def test_visits_that_come_and_go_leave_no_subscription():
    """Everybody leaves while their room still joins its group, or soon after."""
    visits = either(400, 16_000)
    async with world("come and go on Redis", people=0, redis=True, command=OPENED) as here:
        node = here.nodes[0]
        await come_and_go(node, 200, at_once=20)  # all threads are started
        before = await counts_like(node, lambda found: not found["hubs"])
        subscribed = subscriptions(here.redis)
        memory = [round(hostile.resident(node.pid) / MIB, 1)]
        began_at = time.monotonic()
        for _ in range(4):
            await come_and_go(node, visits // 4)
            memory.append(round(hostile.resident(node.pid) / MIB, 1))
        seconds = time.monotonic() - began_at
        after = await counts_like(node, lambda found: found == before)
        left = subscriptions(here.redis) - subscribed
        here.report(visits=visits, seconds=seconds, memory_mib=memory, left=after, more=len(left))
        assert after == before
        assert not left
        assert memory[-1] - memory[1] < FLAT
        assert "Traceback" not in node.log_text()


async def come_and_go(node, visits, at_once=8):
    """Alternately in one room and in a new one."""
    left = iter(range(visits))

    async def visitor():
        for number in left:
            path = f"/ws/room-{number}" if number % 2 else "/ws"
            await hostile.visit(node, path, STAYS[number // 2 % len(STAYS)])

    await asyncio.gather(*(visitor() for _ in range(at_once)))


def subscriptions(redis):
    """The channels that Redis has subscribers for."""
    with Redis.from_url(redis.url, decode_responses=True) as client:
        return set(client.pubsub_channels())


async def counts_like(node, wanted, seconds=60):
    """The node's counts as soon as they are as wanted, or at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        found = await asyncio.to_thread(counts, node)
        if wanted(found) or time.monotonic() > deadline:
            return found
        await asyncio.sleep(0.5)


def counts(node):
    path = node.data_dir / f"counts-{node.pid}.json"
    path.unlink(missing_ok=True)
    node.send(signal.SIGUSR1)
    deadline = time.monotonic() + 10
    while not path.exists():
        assert time.monotonic() < deadline, "the node does not answer SIGUSR1"
        time.sleep(0.02)
    return json.loads(path.read_text())


async def test_slow_handshakes_do_not_change_others_latency():
    count = either(50, 500)
    async with world("slow handshakes", people=6) as here:
        node = here.nodes[0]
        latency = Latency(here)

        async def shake_hands():
            newcomers = asyncio.create_task(here.invite(1))
            await asyncio.gather(newcomers, *(shake_slowly(node) for _ in range(count)))

        await latency.measure(shake_hands)
        await here.verdict()
        here.report(handshakes=count, **latency.figures())
        assert here.closes() == []
        latency.assert_unchanged()


async def shake_slowly(node):
    """Send a byte now and then."""
    plain = await hostile.dial(node)
    try:
        for byte in hostile.handshake_bytes()[:-1]:
            await asyncio.get_running_loop().sock_sendall(plain, bytes([byte]))
            await asyncio.sleep(0.2)
        await asyncio.get_running_loop().create_future()
    finally:
        plain.close()


async def test_random_bytes_under_the_framing_end_only_their_own_socket():
    sockets = either(200, 5_000)
    async with world("random bytes", people=4) as here:
        async with here.talking():
            for number in range(sockets):
                await send_garbage(here.nodes[0], random.Random(number))
        await here.verdict()
        here.report(sockets=sockets, ack_p99_ms=figures.p99_ms(here.people))
        assert here.closes() == []
        assert "Traceback" not in here.nodes[0].log_text()
        assert here.nodes[0].running


async def send_garbage(node, rng):
    plain = await hostile.dial(node)
    try:
        if rng.random() < 0.8:
            await hostile.enter(plain)
        garbage = rng.randbytes(rng.randint(1, 3000))
        await asyncio.get_running_loop().sock_sendall(plain, garbage)
    except OSError:
        pass
    finally:
        hostile.vanish(plain)
