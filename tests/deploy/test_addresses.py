"""The chat knows people behind a proxy by their own address, whatever headers they send."""

from __future__ import annotations

from functools import partial

import pytest

from tests import processes
from tests.faults.world import SERVE
from tests.proxies import BEHIND, Caddy, Nginx

pytest.importorskip("websockets")
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

pytestmark = pytest.mark.usefixtures("caddy_program", "nginx_program")
AT_MOST = 2
TOO_MANY = 4030


@pytest.fixture(scope="module")
def strict_node():
    with processes.chat_node(command=SERVE, SOCKETS_PER_ADDRESS=AT_MOST, **BEHIND) as node:
        yield node
        print(node.log_text())


@pytest.mark.parametrize("make", [Caddy, Nginx])
def test_a_forged_address_buys_no_socket_more(strict_node, make):
    with processes.serving(partial(make, nodes=[strict_node.port])) as proxy:

        def socket(number):
            forged = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": "for=203.0.113.9"}
            options = {"additional_headers": forged, "ssl": proxy.ssl, "proxy": None}
            return connect(f"{proxy.ws_url}/ws", subprotocols=["chat.v1"], **options)

        allowed = [socket(number) for number in range(AT_MOST)]
        assert all("welcome" in each.recv(10) for each in allowed)

        with socket(AT_MOST) as refused:
            assert closed_with(refused) == TOO_MANY
        for each in allowed:
            each.close()


def closed_with(socket):
    with pytest.raises(ConnectionClosed) as end:
        while True:
            socket.recv(10)
    return end.value.rcvd.code
