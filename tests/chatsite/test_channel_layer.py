"""REDIS_URL may name a Redis, or Sentinels that know where the master is."""

from __future__ import annotations

import asyncio

import pytest
from django.core.exceptions import ImproperlyConfigured

from chatsite.settings.channel_layer import channel_layer, sentinel_host

pytest.importorskip("websockets")

from testing.sentinel import guarded_redis
from tests.node_sockets import visit
from tests.nodes_together import node_on, talks_live


def test_a_sentinel_url_names_hosts_master_database_and_passwords():
    full = sentinel_host(
        "redis+sentinel://chat:a%2Fb@one:1,two,[::1]:3/mymaster/2?sentinel_password=c%2Fd"
    )
    short = sentinel_host("redis+sentinel://one/mymaster")

    assert full["sentinels"] == [("one", 1), ("two", 26379), ("::1", 3)]
    assert (full["master_name"], full["db"]) == ("mymaster", 2)
    assert (full["username"], full["password"]) == ("chat", "a/b")
    assert full["sentinel_kwargs"]["password"] == "c/d"
    assert (short["sentinels"], short["db"]) == ([("one", 26379)], 0)
    assert "password" not in short


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://localhost", "the scheme 'http'"),
        ("localhost:6379", "no scheme"),
        ("redis://localhost:99999/0", "a number from 1 to 65535"),
        ("redis://:pa/ss@localhost/0", "a slash is %2F"),
        ("redis+sentinel://:pa/ss@one/mymaster", "%2F for a slash"),
        ("redis+sentinel://one", "no Sentinel host, or no name"),
        ("redis+sentinel:///mymaster", "no Sentinel host, or no name"),
        ("redis+sentinel://one,/mymaster", "'' is not a host"),
        ("redis+sentinel://one:port/mymaster", "'port'"),
        ("redis+sentinel://one/mymaster/first", "'first'"),
    ],
)
def test_an_invalid_url_is_refused_with_an_example(url, said):
    with pytest.raises(ImproperlyConfigured, match=r"redis\+sentinel://host1") as refused:
        channel_layer(url)

    assert said in str(refused.value)
    assert "pa/ss" not in str(refused.value)
    assert "'pa'" not in str(refused.value)


@pytest.mark.takes(180)
async def test_messages_arrive_live_again_after_a_failover(redis_program, postgres_server):
    database_url = await asyncio.to_thread(postgres_server.create_database, "sentinel")
    with (
        guarded_redis() as redis,
        node_on(database_url, REDIS_URL=redis.url) as one,
        node_on(database_url, REDIS_URL=redis.url) as other,
    ):
        async with visit(one) as hers, visit(other) as his:
            await talks_live(hers, his)

            await asyncio.to_thread(redis.fail_over)
            await hers.post("Still here")

            await talks_live(hers, his)
            await talks_live(his, hers)
            assert "Still here" in [message["body"] for message in his.messages]
