"""The server stops its pings for who can sign with its secret, and for nobody else."""

from __future__ import annotations

import asyncio
import time

import pytest
from django.core import signing

from chatsite import quiet
from chatsite.doctor import Site
from testing import processes

SECRET = "the server's own, long and random enough for a test"
EVERY = ("manage.py", "serve", "-b", "127.0.0.1", "-p", "{port}", "--ping-interval", "1")
PING = 2  # seconds; so often the server looks whether a ping is due
LOOKS = 10  # seconds


@pytest.fixture(scope="module")
def pinging():
    with processes.chat_node(command=EVERY, SECRET_KEY=SECRET) as node:
        yield Site(node.url)


def permission(settings, key):
    settings.SECRET_KEY = key
    return f"?{quiet.PARAMETER}={quiet.permission()}"


async def test_only_the_servers_own_secret_stops_its_pings(pinging, settings):
    mine, forged = permission(settings, SECRET), permission(settings, "mallory's")
    async with (
        pinging.socket("one", query=mine) as silent,
        pinging.socket("two", query=forged) as other,
    ):
        async with asyncio.timeout(LOOKS):
            while not other.pings:
                await asyncio.sleep(0.05)
        await asyncio.sleep(PING)

        assert not silent.pings


@pytest.mark.parametrize("query", [b"quiet=", b"quiet=nonsense", b"quiet=%ff&quiet", b"other=1"])
def test_nonsense_is_no_permission(query):
    assert not quiet._is_permitted(query)
    assert quiet._is_permitted(f"{quiet.PARAMETER}={quiet.permission()}".encode())


def test_a_permission_ends(monkeypatch):
    query = f"{quiet.PARAMETER}={quiet.permission()}".encode()
    later = time.time() + quiet.VALID + 1
    monkeypatch.setattr(signing.time, "time", lambda: later)

    assert not quiet._is_permitted(query)
