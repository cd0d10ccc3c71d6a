"""A process is alive while it runs, and ready while all its parts work."""

from __future__ import annotations

import asyncio
import http.client
import json
import sqlite3
import time
from contextlib import closing
from uuid import uuid4

import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer
from django.db import connection
from django.test import Client

from chat.live import readiness
from chat.live.runtime import runtime
from chat.services.writes import Post
from testing import processes
from testing.waiting import SECONDS
from tests.faulty_channel_layers import use
from tests.nodes_together import node_on

PARTS = ["database", "channel_layer", "post_queue", "journal", "disk", "server"]
FINE = dict.fromkeys(PARTS, "fine")


def ask(node, path):
    with closing(http.client.HTTPConnection("127.0.0.1", node.port, timeout=SECONDS)) as asking:
        asking.request("GET", path)
        answer = asking.getresponse()
        return answer.status, json.loads(answer.read())


def ready_with(node, **parts):
    """Wait until the process reports these parts as not fine, and only these."""
    status = "ready" if not parts else "not ready"
    expected = (200 if not parts else 503, {"status": status, **FINE, **parts})
    deadline = time.monotonic() + 20
    while (found := ask(node, "/readyz")) != expected:
        assert time.monotonic() < deadline, found


def test_a_process_without_redis_or_database_is_alive_and_names_what_is_missing(
    redis_program, postgres_program
):
    with (
        processes.redis_server() as redis,
        processes.postgres_server() as postgres,
        node_on(postgres.url, REDIS_URL=redis.url) as node,
    ):
        ready_with(node)

        redis.pause()
        ready_with(node, channel_layer="no answer within 2 s")
        assert ask(node, "/healthz")[0] == 200
        redis.resume()
        ready_with(node)

        postgres.kill()
        ready_with(node, database="no answer within 2 s")
        assert ask(node, "/healthz")[0] == 200
        postgres.start()
        ready_with(node)


async def test_round_trips_share_one_channel(redis_server):
    layer = use(RedisPubSubChannelLayer(hosts=[redis_server.url]))
    for _ in range(3):
        assert await runtime().readiness.shortcomings() == FINE

    assert len(layer.channels) == 1


async def test_failed_round_trips_leave_at_most_one_channel_behind():
    layer = use(RedisPubSubChannelLayer(hosts=["redis://127.0.0.1:1/0"]))  # nobody listens there
    for _ in range(3):
        assert "Error" in (await runtime().readiness.shortcomings())["channel_layer"]

    assert len(layer.channels) <= 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="locks SQLite's file")
async def test_a_post_that_has_waited_too_long_makes_the_process_unready(monkeypatch):
    monkeypatch.setattr(readiness, "MAX_BEHIND", 0.1)
    path = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(path, isolation_level=None)) as locking:
        locking.execute("BEGIN IMMEDIATE")
        post = Post("lobby", "alice", "Alice", uuid4(), "Hello")
        posting = asyncio.create_task(runtime().group_commit.write(post))
        async with asyncio.timeout(SECONDS):
            while (found := await runtime().readiness.shortcomings())["post_queue"] == "fine":
                await asyncio.sleep(0.02)
        assert found["journal"] == found["post_queue"]
        locking.execute("ROLLBACK")
        await posting

    assert await runtime().readiness.shortcomings() == FINE


async def test_a_process_that_shuts_down_reports_that_it_is_draining():
    await runtime().shutdown.drain(0)

    assert await runtime().readiness.shortcomings() == {**FINE, "server": "draining"}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="looks at SQLite's disk")
async def test_a_process_with_little_disk_space_reports_it_and_stays_ready(settings, async_client):
    settings.MIN_FREE_MEGABYTES = 10**12

    answer = await async_client.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    assert "MIN_FREE_MEGABYTES is" in answer.json()["disk"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_accept_only_get_and_head(path):
    probe = Client(enforce_csrf_checks=True)

    for method in (probe.post, probe.put, probe.delete, probe.options):
        answer = method(path)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
