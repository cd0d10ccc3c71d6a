"""A bare loop on picows and uvloop: what comes from one goes to all, one frame per message.

`python -m bench.peers.bare PORT`
"""

from __future__ import annotations

import asyncio
import sys

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

everyone: dict[WSTransport, None] = {}


class Connection(WSListener):
    def on_ws_connected(self, transport: WSTransport) -> None:
        everyone[transport] = None

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()
            return
        message = frame.get_payload_as_bytes()
        for each in everyone:
            each.send(WSMsgType.TEXT, message)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        everyone.pop(transport, None)


def enter(request: WSUpgradeRequest) -> Connection:
    return Connection()


async def serve(port: int) -> None:
    server = await ws_create_server(enter, "127.0.0.1", port, backlog=1000)
    await asyncio.shield(server.serve_forever())


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
