"""The addresses at which other devices on the network reach this machine."""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
from contextlib import suppress

ELSEWHERE = ("192.0.2.1", 9)  # a documentation address (RFC 5737); nothing is sent to it
SIOCGIFADDR = 0x8915  # Linux: the IPv4 address of an interface


def lan_address() -> str | None:
    """The IPv4 address of the interface with the default route; None without a network.

    Connecting a UDP socket chooses a route and sends nothing, so this costs microseconds.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.connect(ELSEWHERE)
        return _usable(probe.getsockname()[0])
    return None


def lan_addresses() -> list[str]:
    """The IPv4 addresses of all interfaces except loopback, that of the default route first."""
    found = [lan_address()]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            with suppress(OSError):  # an interface without an IPv4 address, or not Linux
                request = struct.pack("256s", name.encode()[:15])
                answer = fcntl.ioctl(probe, SIOCGIFADDR, request)
                found.append(_usable(socket.inet_ntoa(answer[20:24])))
    return list(dict.fromkeys(address for address in found if address))


def is_loopback(host: str) -> bool:
    """Whether a host name or address (IPv6 in brackets) always means the local machine."""
    name = host.strip("[]").lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _usable(address: str) -> str | None:
    parsed = ipaddress.ip_address(address)
    return None if parsed.is_loopback or parsed.is_unspecified else address
