"""From SQLite to PostgreSQL: everything moves, and people resume where they were."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from urllib.request import Request, urlopen

import pytest

pytest.importorskip("websockets")

from testing import first_start, processes
from testing.processes import ROOT
from tests.managing import manage
from tests.node_sockets import visit


@pytest.mark.takes(180)
async def test_a_chat_moves_to_postgresql_and_people_resume_with_their_identity(
    postgres_server, tmp_path
):
    here, url = {"DATA_DIR": tmp_path / "here"}, postgres_server.create_database("moved")
    first_start.copy_to(here["DATA_DIR"])
    with processes.chat_node(MESSAGE_RATE=0, **here) as node:
        async with visit(node) as hers:
            cookie = await asyncio.to_thread(cookie_of, node)
            for number in range(3):
                await hers.post(f"{number} 🦉")
            cursor = hers.welcome["epoch"], 2
            warned = await asyncio.to_thread(manage, "move_to", url, **here)
    assert "A server is running" in warned.stdout
    assert "still running" in warned.stdout, "and later messages are lost"
    before = contents(tmp_path / "here")

    again = await asyncio.to_thread(manage, "move_to", url, check=False, **here)
    assert again.returncode == 1
    assert "not empty" in again.stdout
    url = postgres_server.create_database("moved_quietly")
    said = (await asyncio.to_thread(manage, "move_to", url, **here)).stdout

    assert "1 rooms with 3 messages" in said
    assert f"DATABASE_URL={url}" in said
    assert f'SECRET_KEY="$(cat {tmp_path / "here" / "secret_key"})"' in said
    assert "A server is running" not in said
    assert contents(tmp_path / "here") == before, "nothing changes here"
    secret = (tmp_path / "here" / "secret_key").read_text()
    with processes.chat_node(DATABASE_URL=url, SECRET_KEY=secret) as node:
        headers = {"Cookie": f"chat_guest={cookie}", "Origin": node.url}
        async with visit(node, cursor=cursor, additional_headers=headers) as again:
            assert not again.welcome["reset"]
            assert await again.bodies(until=3) == ["2 🦉"]
            await again.post("The next")
            mine = again.welcome["you"]
        known = await asyncio.to_thread(cookie_of, node, cookie)
        assert known.split(":")[0] == cookie.split(":")[0], "but for when it was signed"
        async with visit(node, additional_headers=headers) as she:
            assert she.welcome["you"] == mine
            assert [message["seq"] for message in she.messages] == [1, 2, 3, 4]


def contents(folder):
    with closing(sqlite3.connect(folder / "chat.sqlite3")) as connection:
        return list(connection.iterdump())


def cookie_of(node, cookie=""):
    """The cookie of the page's visitor."""
    headers = {"Cookie": f"chat_guest={cookie}"} if cookie else {}
    with urlopen(Request(node.url, headers=headers)) as response:
        cookies = response.headers.get_all("Set-Cookie")
    (mine,) = (each for each in cookies if each.startswith("chat_guest="))
    return mine.partition("=")[2].partition(";")[0]


def test_a_message_posted_meanwhile_leaves_the_target_empty(postgres_server, tmp_path):
    """One writer posts at the moment when the copy is checked."""
    url = postgres_server.create_database("talking")
    settings = {"DATA_DIR": tmp_path / "here", "SECRET_KEY": "x" * 50}
    first_start.copy_to(settings["DATA_DIR"])
    code = """
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4
from django.core.management import call_command
from chat.archive import loading
from chatsite.management.commands import move_to
from chat.services.messages import write_log
from chat.services.writes import Post

def post():
    write_log([Post("lobby", "alice", "Alice", uuid4(), "Hello")])

post()
if POSTS:
    copied = move_to.replace_all
    def copied_while_somebody_posts(*args, **options):
        copied(*args, **options)
        with ThreadPoolExecutor(1) as thread:
            thread.submit(post).result()
    move_to.replace_all = copied_while_somebody_posts
call_command("move_to", URL)
"""

    def run(posts_meanwhile):
        text = f"import django; django.setup(); URL = {url!r}; POSTS = {posts_meanwhile}{code}"
        given = {name: str(value) for name, value in settings.items()}
        given["DJANGO_SETTINGS_MODULE"] = "chatsite.settings"
        return subprocess.run(
            [sys.executable, "-c", text], cwd=ROOT, env=os.environ | given, capture_output=True,
            text=True,
        )  # fmt: skip

    refused = run(posts_meanwhile=True)

    assert "Messages were sent" in refused.stderr, refused.stderr
    assert "lobby: 2 here, 1 there" in refused.stderr
    quiet = run(posts_meanwhile=False)
    assert quiet.returncode == 0, quiet.stderr
    assert "1 rooms with 3 messages" in quiet.stdout


def test_a_message_that_the_target_refuses_is_named(postgres_server, tmp_path):
    url = postgres_server.create_database("refusing")
    settings = {"DATA_DIR": tmp_path / "here", "SECRET_KEY": "x" * 50}
    first_start.copy_to(settings["DATA_DIR"])
    code = """
from chat.services.messages import write_log
from tests.posts import post, posts

write_log([post("\\0"), *posts(1_000)])  # only SQLite keeps NUL
"""
    manage("shell", "-v0", "-c", code, **settings)

    refused = manage("move_to", url, check=False, **settings)

    assert refused.returncode == 1
    assert "Row 1: the database refuses this row of chat.message" in refused.stdout
    assert "Nothing was copied" in refused.stdout


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u:secret@127.0.0.1/chat", "postgres://"),
        ("postgres://u:secret@127.0.0.1:9/chat", "reached"),
    ],
)
def test_an_impossible_target_is_refused_with_the_reason(tmp_path, url, words):
    settings = {"DATA_DIR": tmp_path / "here", "SECRET_KEY": "x" * 50}
    first_start.copy_to(settings["DATA_DIR"])

    refused = manage("move_to", url, check=False, **settings)

    assert refused.returncode == 1
    assert words in refused.stdout
    assert "Nothing was copied" in refused.stdout
    assert "secret" not in refused.stdout
