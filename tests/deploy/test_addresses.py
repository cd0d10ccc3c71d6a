"""Clients behind a proxy count by their own address, whatever headers they send."""

from __future__ import annotations

from functools import partial

import pytest

from testing import processes
from testing.proxies import BEHIND, Caddy, Nginx
from tests.faults.scenario import SERVE

pytest.importorskip("websockets")
from websockets.asyncio.client import connect

pytestmark = pytest.mark.usefixtures("caddy_program", "nginx_program")
AT_MOST = 2
TOO_MANY = 4030


@pytest.fixture(scope="module")
def strict_node():
    with processes.chat_node(command=SERVE, SOCKETS_PER_ADDRESS=AT_MOST, **BEHIND) as node:
        yield node
        print(node.log_text())


@pytest.mark.parametrize("make", [Caddy, Nginx])
async def test_a_forged_address_does_not_raise_the_limit_of_sockets(strict_node, make):
    with processes.serving(partial(make, nodes=[strict_node.port])) as proxy:

        def socket(number):
            forged = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": "for=203.0.113.9"}
            options = {"additional_headers": forged, "ssl": proxy.ssl, "proxy": None}
            return connect(f"{proxy.ws_url}/ws", subprotocols=["chat.v1"], **options)

        async with socket(1) as one, socket(2) as other:
            assert "welcome" in await one.recv()
            assert "welcome" in await other.recv()
            async with socket(3) as refused:
                await refused.wait_closed()
                assert refused.close_code == TOO_MANY
