"""What Prometheus can read, who may read it, and what the dashboard and the docs name."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
from contextlib import closing

import pytest
from prometheus_client import REGISTRY, generate_latest
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
            last = [await alice.post(f"Message {number}") for number in range(3)][-1]
            await bob.bodies(until=last)
            await bob.ask("message.sing")
            meanwhile = values((await asyncio.to_thread(fetch, port))[1])

        async def when_both_have_left():
            while True:
                found = values((await asyncio.to_thread(fetch, port))[1])
                if found["chat_connections", "json", "json"] == 0:
                    return found

        afterwards = await asyncio.wait_for(when_both_have_left(), SECONDS)

    assert meanwhile["chat_connections", "json", "json"] == 2
    assert meanwhile["chat_rooms",] == 1
    assert meanwhile["chat_deliveries_total",] == 6
    assert meanwhile["chat_batch_posts_sum",] == 3
    assert meanwhile["chat_commit_seconds_count",] == 3
    assert meanwhile["chat_delivery_seconds_count",] == 3
    assert 0 < meanwhile["chat_delivery_seconds_sum",] < 3 * SECONDS
    assert meanwhile["chat_post_queue_size",] == 0
    assert meanwhile["chat_refusals_total", "bad_frame"] == 1
    assert afterwards["chat_closes_total", "1000"] == 2
    assert afterwards["chat_rooms",] == 0


def test_metrics_on_the_chats_own_port_need_the_token():
    with processes.chat_node(METRICS_TOKEN="operators only") as node:
        assert fetch(node.port, Authorization="Bearer operators only")[0] == 200
        assert fetch(node.port)[0] == 401
        assert fetch(node.port, Authorization="Bearer mallory")[0] == 401


def test_without_a_token_there_is_no_metrics_page(client):
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_a_port_in_use_is_logged_and_the_chat_is_served():
    with processes.chat_node() as taken, processes.chat_node(METRICS_PORT=taken.port) as node:
        assert fetch(node.port, "/healthz")[0] == 200
        assert f"Cannot listen on METRICS_PORT={taken.port} " in node.log_text()


async def test_repairs_from_the_log_are_counted(quick_polls):
    names = ["chat_missed_announcements", "chat_repairs", "chat_gaps", "chat_resets"]
    before = [REGISTRY.get_sample_value(f"{name}_total") for name in names]

    use(SilentLayer())
    async with enter() as alice, enter(cursor=("another log", 7)) as bob:
        with remote_only("lobby"):
            await bob.bodies(until=await alice.post("Nobody announces this"))

    after = [REGISTRY.get_sample_value(f"{name}_total") for name in names]
    missed, *others = [new - old for new, old in zip(after, before, strict=True)]
    assert missed >= 1, "and perhaps again, until the repair is done"
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


def ours():
    """The families of the chat, current and former."""
    return [family for family in REGISTRY.collect() if family.name.startswith("chat_")]


def former():
    """The new name by the former one."""
    marked = [family for family in ours() if family.documentation.startswith("deprecated")]
    return {family.name: family.documentation.removeprefix("deprecated, use ") for family in marked}


def queries():
    """The dashboard's."""
    panels = json.loads(DASHBOARD.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel["targets"]]


def test_the_dashboard_queries_only_metrics_that_exist():
    queried = {name for query in queries() for name in NAME.findall(query)}

    assert len(queried) > 10
    assert not queried - exported()


def test_every_metric_is_on_the_dashboard_and_in_the_documentation():
    current = {family.name for family in ours()} - former().keys()
    dashboard, document = DASHBOARD.read_text(), DOCUMENT.read_text()

    assert len(current) > 10
    assert not {name for name in current if name not in dashboard}
    assert not {name for name in current if f"\n| `{name}" not in document}
    assert not set(NAME.findall(document)) - exported()


async def test_a_former_name_has_the_values_of_the_new_one():
    async with enter() as alice:
        await alice.bodies(until=await alice.post("Hello"))
        found = values(generate_latest().decode())

    assert len(former()) > 3
    for old, new in former().items():
        current = {key: value for key, value in found.items() if key[0].startswith(new)}
        assert current
        assert current == {
            (key[0].replace(old, new), *key[1:]): value
            for key, value in found.items()
            if key[0].startswith(old)
        }
    assert found["chat_echo_seconds_count",] >= 1


def test_the_dashboard_uses_no_former_name_and_the_documentation_lists_each():
    document = DOCUMENT.read_text()
    text = " ".join(queries())

    for old, new in former().items():
        assert not re.search(rf"\b{old}", text)
        assert re.search(rf"\| `{old}(_total)?` \| `{new}(_total)?` \|", document), old
    assert "speaks" not in DASHBOARD.read_text()
