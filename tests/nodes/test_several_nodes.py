"""Two real servers that share PostgreSQL, and what they do while Redis or PostgreSQL suffers."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request

import pytest

pytest.importorskip("websockets")

from chat.live.hub_registry import POLL_INTERVAL
from chat.live.roster import TYPING_TTL
from testing import processes
from testing.waiting import SECONDS, wait_until
from tests.node_sockets import visit
from tests.nodes_together import node_on, talks_live


@pytest.fixture(scope="module")
def redis(redis_program):
    """A Redis that these tests hurt; each leaves it running."""
    with processes.redis_server() as server:
        yield server


@pytest.fixture(scope="module")
def database_url(postgres_server):
    return postgres_server.create_database("several")


@pytest.fixture(scope="module")
def pair(redis, database_url):
    with (
        node_on(database_url, REDIS_URL=redis.url) as one,
        node_on(database_url, REDIS_URL=redis.url) as other,
    ):
        yield one, other
        print(one.log_text(), other.log_text())


async def test_what_is_posted_on_one_node_appears_on_the_other(pair):
    one, other = pair
    async with visit(one) as hers, visit(other) as his:
        await talks_live(hers, his)
        await talks_live(his, hers)

        await hers.post("From one")
        last = await his.post("From the other")
        assert (await hers.bodies(until=last))[-2:] == ["From one", "From the other"]
        assert await his.bodies(until=last) == await hers.bodies(until=last)


async def test_people_on_all_nodes_see_each_other(pair):
    one, other = pair

    async def count(socket, expected):
        while (await socket.frame_of("people.changed"))["count"] != expected:
            pass

    async with visit(one, "/ws/people") as hers:
        async with visit(other, "/ws/people") as his:
            await count(hers, 2)
            if his.welcome["count"] != 2:
                await count(his, 2)
            await his.command("typing.start")
            (typing,) = (await hers.frame_of("typing"))["people"]
            assert typing == his.welcome["you"]
            await his.post("Done")
            async with asyncio.timeout(TYPING_TTL / 2):  # it ends with the message, not by itself
                assert (await hers.frame_of("typing"))["people"] == []

        await count(hers, 1)


async def test_a_node_with_nobody_in_a_room_counts_the_people_of_the_others(pair):
    one, other = pair

    def counted():
        with urllib.request.urlopen(f"{other.url}/rooms.json?slug=counted", timeout=5) as answer:
            rooms = {room["slug"]: room for room in json.load(answer)["rooms"]}
        return rooms["counted"]["people"]

    assert await asyncio.to_thread(counted) is None
    async with visit(one, "/ws/counted"), visit(one, "/ws/counted"):
        await asyncio.to_thread(wait_until, lambda: counted() == 2)


async def test_a_cursor_is_valid_on_every_node(pair):
    one, other = pair
    async with visit(one, "/ws/roaming") as hers:
        await hers.bodies(until=await hers.post("1"))
        cursor = (hers.welcome["epoch"], hers.cursor)
        await hers.post("2")

    async with visit(other, "/ws/roaming", cursor=cursor) as hers:
        assert not hers.welcome["reset"]
        assert await hers.bodies(until=2) == ["2"]


async def test_while_redis_stalls_both_nodes_stay_live_and_follow_each_other(pair, redis):
    one, other = pair
    async with visit(one) as hers, visit(one) as beside_her, visit(other) as his:
        await talks_live(hers, his)
        await asyncio.to_thread(redis.pause)
        try:
            seq = await hers.post("Without Redis")
            await talks_live(hers, beside_her)  # no answer waits for Redis

            await his.bodies(until=seq)
        finally:
            await asyncio.to_thread(redis.resume)
        await talks_live(hers, his)


async def test_when_redis_dies_and_returns_no_socket_closes_and_nodes_are_live_again(pair, redis):
    one, other = pair
    async with visit(one) as hers, visit(other) as his:
        await talks_live(hers, his)
        await asyncio.to_thread(redis.kill)
        await his.bodies(until=await hers.post("Redis is dead"))
        await asyncio.to_thread(redis.start)

        await talks_live(hers, his)
        await talks_live(his, hers)


def test_the_log_is_polled_as_often_as_the_readme_promises():
    assert max(POLL_INTERVAL) <= 2  # seconds


async def test_with_every_event_between_nodes_lost_they_still_follow_by_the_log(
    pair, database_url, redis_program
):
    """Each publishes to a Redis of its own, to which the other does not subscribe."""
    one, _ = pair
    with (
        processes.redis_server() as elsewhere,
        node_on(database_url, REDIS_URL=elsewhere.url) as apart,
    ):
        async with visit(one, "/ws/apart") as hers, visit(apart, "/ws/apart") as his:
            await his.bodies(until=await hers.post("1"))
            await hers.bodies(until=await his.post("2"))
            assert await his.bodies(until=2) == ["1", "2"]


async def test_while_postgresql_is_away_posts_are_refused_and_later_accepted_again(
    postgres_server,
):
    url = postgres_server.create_database("away")
    kept = {"client_message_id": "0190a3c4-5d6e-4f70-8a1b-2c3d4e5f6071", "body": "Kept"}
    with node_on(url) as node, postgres_server.connect("postgres") as operator:
        async with visit(node) as hers, visit(node) as his:
            await hers.post("Before")
            operator.execute("ALTER DATABASE away ALLOW_CONNECTIONS false")
            operator.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'away'"
            )

            refusal = await hers.ask("message.post", **kept)
            assert refusal["code"] == "unavailable"
            assert refusal["retry_in_ms"]

            operator.execute("ALTER DATABASE away ALLOW_CONNECTIONS true")
            deadline = time.monotonic() + 3 * SECONDS
            while (await hers.ask("message.post", **kept))["type"] == "error":
                assert time.monotonic() < deadline
            assert await his.bodies(until=2) == ["Before", "Kept"]
