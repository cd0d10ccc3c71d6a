"""A disk that is nearly full stays usable: posts are refused before SQLite fails."""

from __future__ import annotations

import shutil
import threading
from uuid import uuid4

import pytest
from django.db import connection

from chat.live.free_space import FreeSpace
from chat.live.runtime import runtime
from chat.protocol.errors import Unavailable
from tests.sockets import enter

ALL_THERE_IS = 10**12  # megabytes

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="looks at SQLite's disk")


async def try_to_post(socket, body):
    return await socket.ask("message.post", client_message_id=str(uuid4()), body=body)


async def test_posts_are_refused_while_too_little_is_free_and_the_cause_is_named(
    settings, chat_log
):
    async with enter() as hers:
        assert await hers.post("There is room") == 1
        settings.MIN_FREE_MEGABYTES = ALL_THERE_IS
        runtime().free_space.check()

        refusal = await try_to_post(hers, "No room")

        react = {"seq": 1, "emoji": "👍"}
        assert await hers.refusal("message.react", **react, on=True) == "unavailable"
        await hers.command("message.react", **react, on=False)
        assert refusal["code"] == "unavailable"
        assert refusal["retry_in_ms"] > 0
        assert "MB free on the disk, MIN_FREE_MEGABYTES is" in chat_log.text
        assert "MIN_FREE_MEGABYTES" in (await runtime().readiness.shortcomings())["disk"]
        assert chat_log.text.count("Posts are refused") == 1

        settings.MIN_FREE_MEGABYTES = 1
        runtime().free_space.check()
        assert await hers.post("Room again") == 2
        assert "Posts are accepted again" in chat_log.text


async def test_the_disk_is_checked_again_when_somebody_posts(settings, monkeypatch):
    monkeypatch.setattr("chat.live.free_space.CHECK_INTERVAL", 0)
    async with enter() as hers:
        await hers.post("There is room")
        settings.MIN_FREE_MEGABYTES = ALL_THERE_IS

        answers = {(await try_to_post(hers, str(number)))["type"] for number in range(5)}
        while "error" not in answers:
            answers.add((await try_to_post(hers, "Once more"))["type"])


async def test_without_a_minimum_nothing_is_refused(settings):
    settings.MIN_FREE_MEGABYTES = 0
    runtime().free_space.check()

    await runtime().free_space.require()


async def test_the_disk_is_checked_in_a_thread_from_the_first_time_on(monkeypatch):
    threads = []

    def note(folder):
        threads.append(threading.current_thread())
        return disk_usage(folder)

    disk_usage = shutil.disk_usage
    monkeypatch.setattr("chat.live.free_space.shutil.disk_usage", note)

    await runtime().free_space.require()

    assert len(threads) == 1
    assert threading.current_thread() not in threads


async def test_a_disk_that_cannot_be_read_keeps_its_last_result(settings, monkeypatch, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    with monkeypatch.context() as patch:
        patch.setitem(settings.DATABASES["default"], "NAME", folder / "chat.sqlite3")
        watched = FreeSpace()
    await watched.require()
    settings.MIN_FREE_MEGABYTES = ALL_THERE_IS
    assert watched.check()
    folder.rmdir()

    assert "MB free" in watched.check()
    with pytest.raises(Unavailable):
        await watched.require()


async def test_no_room_is_created_either(settings, async_client):
    settings.MIN_FREE_MEGABYTES = ALL_THERE_IS
    await async_client.get("/rooms/")

    answer = await async_client.post(
        "/rooms/", {"title": "Attic"}, headers={"accept": "application/json"}
    )

    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
