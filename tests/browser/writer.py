"""A person who sends messages without a browser, which would cost a second of CPU time."""

from __future__ import annotations

import json
from contextlib import contextmanager
from itertools import count
from uuid import uuid4

from websockets.sync.client import connect

from testing.waiting import SECONDS
from tests.faults.scenario import new_cookie


class Writer:
    """In a room until the test ends. Does what a `Person` does, as far as others see it."""

    def __init__(self, connection):
        self._connection = connection
        self._ids = count(1)

    def sends_and_waits(self, text):
        self.sends_many([text])

    def sends_many(self, texts):
        """Send all, and wait until the server has stored them."""
        posts = [{"client_message_id": str(uuid4()), "body": text} for text in texts]
        waiting = {self._send("message.post", post) for post in posts}
        while waiting:
            reply = self._reply()
            assert reply["type"] == "ack", reply
            waiting.remove(reply["reply_to"])

    def renames(self, name):
        assert self.asks("name.set", {"name": name})["type"] == "ack"

    def asks(self, kind, fields):
        """Send a command; its reply."""
        self._send(kind, fields)
        return self._reply()

    def _send(self, kind, fields):
        number = next(self._ids)
        self._connection.send(json.dumps({"type": kind, "id": number, **fields}))
        return number

    def _reply(self):
        while "reply_to" not in (frame := json.loads(self._connection.recv(SECONDS))):
            pass
        return frame


@contextmanager
def writing(node, path):
    """A Writer in the room at `path`, for the first time in this chat."""
    url = f"{node.ws_url}/ws/{path.strip('/').rpartition('/')[2]}"
    # Without a limit of frames, so that pings are answered though nobody reads.
    options = {"subprotocols": ["chat.v1"], "max_size": None, "max_queue": None, "proxy": None}
    cookie = {"Cookie": new_cookie(node.url)}
    with connect(url, additional_headers=cookie, **options) as connection:
        yield Writer(connection)
