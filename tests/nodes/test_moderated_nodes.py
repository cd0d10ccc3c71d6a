"""Moderation over two real servers: in force on both, whatever happens to one or to Redis."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from uuid import uuid4

import pytest

pytest.importorskip("websockets")

from django.core import signing
from websockets.exceptions import ConnectionClosedError

from chat.access.guests import COOKIE, SALT, new_guest
from chat.protocol.errors import CloseCode
from testing import processes
from tests.moderating import act, author_of, say, shown, undo
from tests.node_sockets import closed_with, visit
from tests.nodes_together import node_on, own_by_link

SERVE = ("manage.py", "serve", "-b", "127.0.0.1", "-p", "{port}")


@pytest.fixture(scope="module")
def redis(redis_program):
    """A Redis that these tests hurt; each leaves it running."""
    with processes.redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def database_url(postgres_server):
    return postgres_server.create_database("moderated")


@pytest.fixture(scope="module")
def pair(redis, database_url):
    """Plain Daphne, and `serve`, which writes to most readers without their tasks."""
    with (
        node_on(database_url, REDIS_URL=redis.url) as one,
        node_on(database_url, REDIS_URL=redis.url, command=SERVE) as other,
    ):
        yield one, other
        for node in (one, other):
            assert "Traceback" not in node.log_text()
            print(node.log_text())


def as_guest(name):
    """What makes a connection that of the same guest on every node."""
    value = signing.dumps([new_guest().key, name], salt=SALT, key="x" * 50)

    def options(node):
        headers = {"Cookie": f"{COOKIE}={value}"}
        return {"origin": node.url, "additional_headers": headers}

    return options


async def until_welcome(node, path, **options):
    """Knock until the node has heard that the ban is over."""
    async with asyncio.timeout(30):
        while True:
            with suppress(ConnectionClosedError):
                async with visit(node, path, **options) as visitor:
                    await visitor.post("Thank you")
                    return


async def test_a_ban_holds_on_every_node(pair, database_url):
    one, other = pair
    path, mallory = "/ws/ban", as_guest("Mallory")
    async with (
        visit(one, path) as hers,
        visit(one, path, **mallory(one)) as here,
        visit(other, path, **mallory(other)) as there,
    ):
        await here.post("Spam")
        await own_by_link(hers, database_url)
        banning = await act(hers, "ban", author_id=author_of(here))

        for socket in (here, there):
            connection = socket.communicator.connection
            await asyncio.wait_for(connection.wait_closed(), 30)
            assert connection.close_code == CloseCode.BANNED
        for node in pair:
            options = {"subprotocols": ["chat.v1"], **mallory(node)}
            assert await closed_with(node, path, **options) == CloseCode.BANNED

        await undo(hers, banning)
        await until_welcome(other, path, **mallory(other))


async def test_a_sweep_and_its_undoing_are_the_same_on_every_node(pair, database_url):
    one, other = pair
    path = "/ws/sweep"
    async with visit(one, path) as hers, visit(other, path) as theirs, visit(other, path) as his:
        await his.post("Hello")
        for _ in range(20):
            last = await theirs.post("Spam")
        await own_by_link(hers, database_url)
        sweep = await act(hers, "sweep", author_id=author_of(theirs))
        for socket in (hers, theirs, his):
            await socket.bodies(until=last + 1)
            assert [each["on"] for each in socket.sweeps] == [True]
        for node in pair:
            async with visit(node, path) as newcomer:
                assert [each["body"] for each in newcomer.messages] == ["Hello", *[""] * 20]
            async with visit(node, path, cursor=(hers.welcome["epoch"], 5)) as resumed:
                assert not any(each["body"] for each in resumed.messages)
                assert len(resumed.sweeps) == 1

        await undo(hers, sweep)
        for socket in (hers, theirs, his):
            await socket.bodies(until=last + 2)
        for node in pair:
            async with visit(node, path) as newcomer:
                assert [each["body"] for each in newcomer.messages] == ["Hello", *["Spam"] * 20]


async def test_slow_mode_is_exact_over_nodes(pair, database_url):
    one, other = pair
    path, mallory = "/ws/slow", as_guest("Mallory")
    async with (
        visit(one, path) as hers,
        visit(one, path, **mallory(one)) as here,
        visit(other, path, **mallory(other)) as there,
    ):
        await hers.post("Hello")
        await own_by_link(hers, database_url)
        await act(hers, "rules", rules={"slow_seconds": 3600})
        await there.until(lambda: there.rules["rules"])

        replies = await asyncio.gather(say(here, "One"), say(there, "Other"))

        assert sorted(each["type"] for each in replies) == ["ack", "error"]
        last = await hers.post("Done")
        assert len(await hers.bodies(until=last)) == last == 3


async def test_without_redis_decisions_reach_the_other_node_by_the_database(
    pair, redis, database_url
):
    one, other = pair
    path, mallory = "/ws/alone", as_guest("Mallory")
    async with visit(one, path) as hers, visit(other, path, **mallory(other)) as theirs:
        await theirs.post("Spam")
        await own_by_link(hers, database_url)
        await asyncio.to_thread(redis.kill)
        try:
            await act(hers, "rules", rules={"writers": "regulars"})
            await theirs.until(lambda: theirs.rules["rules"] == {"writers": "regulars"})
            assert (await say(theirs, "More"))["code"] == "not_allowed"
            await act(hers, "sweep", author_id=author_of(theirs))
            await theirs.until(lambda: theirs.sweeps)
            await act(hers, "ban", author_id=author_of(theirs))
            await asyncio.wait_for(theirs.communicator.connection.wait_closed(), 30)
            assert theirs.communicator.connection.close_code == CloseCode.BANNED
        finally:
            await asyncio.to_thread(redis.start)


async def test_an_act_whose_node_dies_is_done_once(redis, database_url, pair):
    one, _ = pair
    path, alice = "/ws/dies", as_guest("Alice")
    with node_on(database_url, REDIS_URL=redis.url) as dying:
        async with visit(dying, path, **alice(dying)) as hers, visit(one, path) as theirs:
            for _ in range(10):
                last = await theirs.post("Spam")
            await own_by_link(hers, database_url)
            sweep = {"act_id": str(uuid4()), "author_id": author_of(theirs)}
            await hers.send({"type": "act.sweep", "id": 99, **sweep})
            await asyncio.to_thread(dying.kill)
    async with visit(one, path, **alice(one)) as hers, visit(one, path) as his:
        assert hers.standing["role"] == "owner"
        for _ in range(2):
            await hers.command("act.sweep", **sweep)
        after = await hers.post("After")

        assert after == last + 2
        await his.bodies(until=after)
        assert shown(his) == [*[""] * last, "After"]
        acts = (await hers.command("moderation.fetch"))["acts"]
        assert [each["kind"] for each in acts] == ["sweep", "role"]
