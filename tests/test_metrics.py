"""What Prometheus is told, by whom it can be asked, and what the dashboard asks for."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
from contextlib import closing

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

pytest.importorskip("websockets")

from testing import processes
from testing.waiting import SECONDS
from tests.faulty_channel_layers import SilentLayer, remote_only, use
from tests.node_sockets import visit
from tests.sockets import enter

DASHBOARD = processes.ROOT / "deploy" / "grafana" / "chat.json"
DOCUMENT = processes.ROOT / "docs" / "operations.md"
NAME = re.compile(r"\b(?:chat|process)_\w+")


def fetch(port, path="/metrics", **headers):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as connection:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode()


def values(text):
    """Every sample by its name and labels' values."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_conversation_is_counted_on_a_port_of_its_own():
    port = processes.free_port()
    with processes.chat_node(METRICS_PORT=port) as node:
        async with visit(node) as alice, visit(node) as bob:
            last = [await alice.say(f"Message {number}") for number in range(3)][-1]
            await bob.bodies(until=last)
            await bob.ask("message.sing")
            meanwhile = values((await asyncio.to_thread(fetch, port))[1])

        async def when_both_have_left():
            while True:
                found = values((await asyncio.to_thread(fetch, port))[1])
                if found["chat_connections", "json"] == 0:
                    return found

        afterwards = await asyncio.wait_for(when_both_have_left(), SECONDS)

    assert meanwhile["chat_connections", "json"] == 2
    assert meanwhile["chat_rooms",] == 1
    assert meanwhile["chat_deliveries_total",] == 6
    assert meanwhile["chat_batch_posts_sum",] == 3
    assert meanwhile["chat_commit_seconds_count",] == 3
    assert meanwhile["chat_echo_seconds_count",] == 3
    assert 0 < meanwhile["chat_echo_seconds_sum",] < 3 * SECONDS
    assert meanwhile["chat_journal_queue_posts",] == 0
    assert meanwhile["chat_refusals_total", "bad_frame"] == 1
    assert afterwards["chat_closes_total", "1000"] == 2
    assert afterwards["chat_rooms",] == 0


def test_on_the_chats_own_port_they_need_the_token():
    with processes.chat_node(METRICS_TOKEN="operators only") as node:
        assert fetch(node.port, Authorization="Bearer operators only")[0] == 200
        assert fetch(node.port)[0] == 401
        assert fetch(node.port, Authorization="Bearer mallory")[0] == 401


def test_without_a_token_there_is_no_such_page(client):
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_a_port_that_is_taken_is_reported_and_the_chat_served_all_the_same():
    with processes.chat_node() as taken, processes.chat_node(METRICS_PORT=taken.port) as node:
        assert fetch(node.port, "/healthz")[0] == 200
        assert f"Cannot listen on METRICS_PORT={taken.port} " in node.log_text()


async def test_what_heals_by_the_log_is_counted(quick_polls):
    names = ["chat_poll_finds_total", "chat_repairs_total", "chat_gaps_total", "chat_resets_total"]
    before = [REGISTRY.get_sample_value(name) for name in names]

    use(SilentLayer())
    async with enter() as alice, enter(cursor=("another log", 7)) as bob:
        with remote_only("lobby"):
            await bob.bodies(until=await alice.say("Nobody announces this"))

    after = [REGISTRY.get_sample_value(name) for name in names]
    finds, *others = [new - old for new, old in zip(after, before, strict=True)]
    assert finds >= 1, "and perhaps again, until the repair is done"
    assert others == [1, 0, 1]


def exported():
    """The names of all samples; histograms have a few each."""
    return {
        name
        for family in REGISTRY.collect()
        for name in (family.name, *(sample.name for sample in family.samples))
    } | {
        f"{family.name}_{part}"
        for family in REGISTRY.collect()
        for part in {"counter": ["total"], "histogram": ["bucket", "count", "sum"]}.get(
            family.type, []
        )
    }


def test_the_dashboard_asks_for_metrics_that_there_are():
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = {
        name
        for panel in panels
        for target in panel["targets"]
        for name in NAME.findall(target["expr"])
    }

    assert len(asked) > 10
    assert not asked - exported()


def test_every_metric_of_the_chat_is_shown_and_explained():
    ours = {family.name for family in REGISTRY.collect() if family.name.startswith("chat_")}
    shown, explained = DASHBOARD.read_text(), DOCUMENT.read_text()

    assert len(ours) > 10
    assert not {name for name in ours if name not in shown}
    assert not {name for name in ours if name not in explained}
    assert not set(NAME.findall(explained)) - exported()
