"""What tests look for in a room: who is shown as here, and who as typing."""

from __future__ import annotations

from django.core import signing

from chat.access.guests import SALT, new_guest


def cookie(name, guest=None):
    """The cookie of someone called `name`."""
    return signing.dumps([(guest or new_guest()).key, name], salt=SALT)


async def sees(socket, *names):
    """Wait until exactly these people are shown as here."""
    here = {"people": socket.welcome["people"], "count": socket.welcome["count"]}
    for told in socket.other:
        here = told if told["type"] == "people.changed" else here
    while [person["name"] for person in here["people"]] != list(names):
        here = await socket.frame_of("people.changed")
        socket.other.append(here)
    assert here["count"] == len(names)


async def sees_typing(socket, *names):
    told = None
    while told != list(names):
        frame = await socket.frame_of("typing")
        socket.other.append(frame)
        told = [person["name"] for person in frame["people"]]
    return told
