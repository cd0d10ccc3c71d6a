"""What lies between one browser and the server: tests cut it, and answer in the server's place."""

from __future__ import annotations

import json


class Wire:
    """Make it before the page connects. Frames pass through it until a test says otherwise."""

    def __init__(self, context):
        self.posted = []  # every message.post that the browser sent
        self.refuse = lambda post: None  # a test's own: the error to answer a post with
        self._close_code = None
        self._open = []
        context.route_web_socket(lambda url: True, self._connect)

    def cut(self, code=3000):
        """End what is open with this close code, and everything that comes until it is mended."""
        self._close_code = code
        while self._open:
            for end in self._open.pop():
                end.close(code=code)

    def mend(self):
        self._close_code = None

    def _connect(self, page):
        if self._close_code is not None:
            page.close(code=self._close_code)
            return
        server = page.connect_to_server()
        self._open.append((page, server))
        page.on_message(lambda text: self._carry(page, server, text))

    def _carry(self, page, server, text):
        frame = json.loads(text)
        refusal = None
        if frame["type"] == "message.post":
            self.posted.append(frame)
            refusal = self.refuse(frame)
        if refusal is None:
            server.send(text)
        else:
            page.send(json.dumps({"type": "error", "reply_to": frame["id"], **refusal}))
