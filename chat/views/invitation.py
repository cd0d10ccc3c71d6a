"""The link for inviting others, and what to do where nobody else can open it."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.http.request import split_domain_port

from chat.access.lan import is_loopback, lan_address

USUAL_PORT = "8000"  # of `make run`


@dataclass(frozen=True, slots=True)
class Invitation:
    origin: str = ""  # the server's address for others; empty: the same as this reader's
    is_local: bool = False  # the link works only on this machine
    command: str = ""  # starts a server that others can open
    address: str = ""  # what they open then


def invitation(request: HttpRequest) -> Invitation:
    """A reader at a loopback address gets PUBLIC_URL, or the network address of `make run`."""
    host, port = split_domain_port(request.get_host())
    if not is_loopback(host):
        return Invitation()
    if settings.SITE.origins:
        return Invitation(origin=settings.SITE.origins[0])
    if not settings.LOCAL:
        return Invitation(is_local=True)
    port = port or "80"
    command = "make run HOST=0.0.0.0"
    if port != USUAL_PORT:
        command += f" PORT={port}"
    lan = lan_address()
    return Invitation("", True, command, f"http://{lan}:{port}" if lan else "")
