"""The connection between a browser and the server: tests cut it, and reply for the server."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass
class Link:
    """One socket: its ends in the browser and at the server."""

    page: Any
    server: Any
    dead: bool


class Wire:
    """Create it before the page connects. Frames pass through until a test interferes."""

    def __init__(self, context):
        self.sent = []  # every frame from the browser
        self.posted = []  # every message.post among them
        self.holds = lambda frame: False  # set by tests: keep this frame from the server?
        self.refuse = lambda post: (
            None
        )  # set by tests: returns the error to reply to a post with, or None
        self.refuse_edit = self.refuse_delete = self.refuse  # the same for these commands
        self.loses_replies = False
        self.withheld = ()  # types of frames from the server to drop
        self.without = ()  # fields to remove from the frames of the server
        self._close_code = None
        self._stalled = False
        self._open = []
        context.route_web_socket(lambda url: True, self._connect)

    def cut(self, code=3000):
        """Close all sockets with this code, and every new one until `restore`."""
        self._close_code = code
        while self._open:
            link = self._open.pop()
            for end in (link.page, link.server):
                end.close(code=code)

    def stall(self):
        """Drop all frames silently until `restore`; sockets that are open now stay dead."""
        self._stalled = True
        for link in self._open:
            link.dead = True

    def restore(self):
        self._close_code = None
        self._stalled = False

    def send(self, frame):
        """Send a frame as if the server had."""
        for link in self._open:
            link.page.send(json.dumps(frame))

    def _connect(self, page):
        if self._close_code is not None:
            page.close(code=self._close_code)
            return
        link = Link(page, page.connect_to_server(), dead=self._stalled)
        self._open.append(link)
        page.on_message(lambda text: link.dead or self._carry(page, link.server, text))
        link.server.on_message(lambda text: self._answers(link) and self._bring(page, text))

    def _answers(self, link):
        return not (link.dead or self.loses_replies)

    def _bring(self, page, text):
        frame = json.loads(text)
        if frame["type"] not in self.withheld:
            kept = {name: value for name, value in frame.items() if name not in self.without}
            page.send(json.dumps(kept) if self.without else text)

    def _carry(self, page, server, text):
        frame = json.loads(text)
        self.sent.append(frame)
        if self.holds(frame):
            return
        refusal = None
        if frame["type"] == "message.post":
            self.posted.append(frame)
            refusal = self.refuse(frame)
        elif frame["type"] in ("message.edit", "message.delete"):
            refusal = getattr(self, frame["type"].replace("message.", "refuse_"))(frame)
        if refusal is None:
            server.send(text)
        else:
            page.send(json.dumps({"type": "error", "reply_to": frame["id"], **refusal}))
