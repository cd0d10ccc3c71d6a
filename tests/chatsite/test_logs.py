"""What is logged about a connection, and what never is."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

pytest.importorskip("websockets")

from chatsite.logs import HumanFormatter, JsonLines
from testing import processes
from testing.waiting import SECONDS
from tests.loaded_settings import settings_of
from tests.node_sockets import closed_with, visit

SAID = "Nobody else should read this"
COOKIE = "chat_guest=a-cookie-to-keep; csrftoken=a-token-to-keep"


async def ended(node, number):
    """The lines of the first `number` connections that ended."""
    async with asyncio.timeout(SECONDS):
        while True:
            lines = [json.loads(line) for line in node.log_text().splitlines() if line[0] == "{"]
            found = [line for line in lines if line["message"] == "Connection ended"]
            if len(found) >= number:
                return found
            await asyncio.sleep(0.02)


async def test_each_connection_is_logged_in_one_line_without_message_text():
    options = {"LOG_FORMAT": "json", "LOG_LEVEL": "debug", "TRUSTED_PROXIES": "127.0.0.1"}
    with processes.chat_node(**options) as node:
        headers = {"Cookie": COOKIE, "X-Forwarded-For": "192.0.2.1"}
        origin = node.url
        async with visit(node, "/ws/attic", additional_headers=headers, origin=origin) as alice:
            author = alice.welcome["you"]["author_id"]
            await alice.post(SAID)
            await alice.bodies(until=1)
        await ended(node, 1)
        await closed_with(node, origin="https://mallory.example")
        lines = await ended(node, 2)
        log = node.log_text()

    hers, mallorys = lines
    assert hers["room"] == "attic"
    assert (hers["code"], hers["reason"]) == (1000, "left")
    assert 0 < hers["seconds"] < SECONDS
    assert (hers["frames_in"], hers["changes_out"]) == (1, 1)
    assert (hers["author"], hers["protocol"]) == (author[:8], "json")
    assert hers["speaks"] == hers["protocol"]
    assert hers["address"] == "192.0.2.1"
    assert (hers["level"], hers["logger"]) == ("INFO", "chat.live.connection_log")
    assert (mallorys["code"], mallorys["reason"], mallorys["room"]) == (4503, "bad_origin", "")
    assert not [secret for secret in (SAID, "a-cookie-to-keep", "a-token-to-keep") if secret in log]


def record(message, **fields):
    made = logging.LogRecord("chat", logging.INFO, "here.py", 1, message, (), None)
    vars(made).update(fields)
    return made


def test_human_lines_end_with_the_fields_and_cannot_be_forged():
    line = HumanFormatter().format(
        record("Disconnect", code=1000, room="a b", by="x\nERROR forged")
    )

    assert line.endswith("INFO chat: Disconnect code=1000 room='a b' by='x\\nERROR forged'")


@pytest.mark.parametrize("formatter", [HumanFormatter(), JsonLines()])
def test_a_request_that_django_attaches_is_not_logged(formatter):
    assert "Cookie" not in formatter.format(record("Bad", request={"Cookie": "secret"}))


def test_an_unknown_format_or_level_is_refused_by_name(tmp_path):
    assert "LOG_FORMAT is 'xml'" in settings_of(tmp_path, LOG_FORMAT="xml").stderr
    assert "LOG_LEVEL is 'LOUD'" in settings_of(tmp_path, LOG_LEVEL="loud").stderr
    assert settings_of(tmp_path, LOG_FORMAT="json", LOG_LEVEL="warning").returncode == 0
