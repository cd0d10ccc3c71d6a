"""The client's address and scheme, as a proxy in TRUSTED_PROXIES, and nobody else, reports them.

This ASGI middleware is the outermost one, so it covers HTTP and WebSocket under any server. What it
wraps reads scope["client"] and scope["scheme"], never a header. `Host` is not changed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]

UNIX = "unix"  # any peer on a unix socket, which has no address
SCHEMES = {"http": ("http", "https"), "websocket": ("ws", "wss")}
SECURE = {"http": False, "ws": False, "https": True, "wss": True}


class TrustedProxies:
    """A list of addresses, networks and `unix`."""

    def __init__(self, entries: Iterable[str]) -> None:
        """Raises ValueError, which names the entry."""
        entries = {entry.strip() for entry in entries}
        self._unix = UNIX in entries
        self._networks = [ip_network(entry, strict=False) for entry in entries - {UNIX}]

    def trusts(self, peer: str | None) -> bool:
        """Whether to believe `peer` about its clients; None is a unix socket."""
        if peer is None:
            return self._unix
        address = parsed_address(peer)
        return address is not None and any(address in network for network in self._networks)

    def client_behind(self, peer: str | None, hops: Sequence[str]) -> str | None:
        """The first address from the right that is not a trusted proxy.

        Each proxy appends its client's address, so only what is left of that one can be forged.
        """
        client = _normalised(peer)
        for hop in reversed(hops):
            address = parsed_address(hop)
            if address is None or not self.trusts(client):
                break
            client = str(address)
        return client


class BehindProxies:
    """Calls `application` with the client and the scheme that a trusted proxy reports."""

    def __init__(self, application: Application, proxies: TrustedProxies) -> None:
        self._application = application
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] in SCHEMES:
            scope = {**scope, **self._as_seen_outside(scope)}
        await self._application(scope, receive, send)

    def _as_seen_outside(self, scope: Scope) -> Scope:
        peer, port = scope.get("client") or (None, 0)
        if not self._proxies.trusts(peer):
            return {"client": [_normalised(peer), port]} if peer else {}
        client = self._proxies.client_behind(peer, _listed(scope, b"x-forwarded-for"))
        plain, secure = SCHEMES[scope["type"]]
        schemes = _listed(scope, b"x-forwarded-proto")
        # The last one is from the proxy next to us.
        is_secure = SECURE.get(schemes[-1].lower()) if schemes else None
        if is_secure is None:
            is_secure = scope.get("scheme") == secure
        return {
            "client": [client, port if client == peer else 0] if client else None,
            "scheme": secure if is_secure else plain,
        }


def parsed_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address in `text`, without its port; None if there is none. An IPv4-mapped IPv6 address
    becomes IPv4."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _normalised(peer: str | None) -> str | None:
    return peer if peer is None else str(parsed_address(peer) or peer)


def _listed(scope: Scope, header: bytes) -> list[str]:
    """The comma-separated values of a header that may be repeated."""
    lines = [value.decode("latin1") for name, value in scope["headers"] if name == header]
    return [value.strip() for value in ",".join(lines).split(",") if value.strip()]
