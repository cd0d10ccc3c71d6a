"""Wait until a socket has shown certain people as present or typing."""

from __future__ import annotations

from django.core import signing

from chat.access.guests import SALT, new_guest


def cookie(name, guest=None):
    """The cookie of a guest called `name`."""
    return signing.dumps([(guest or new_guest()).key, name], salt=SALT)


async def sees(socket, *names):
    """Wait until exactly these people are shown as present."""
    here = {"people": socket.welcome["people"], "count": socket.welcome["count"]}
    for frame in socket.other:
        here = frame if frame["type"] == "people.changed" else here
    while [person["name"] for person in here["people"]] != list(names):
        here = await socket.frame_of("people.changed")
        socket.other.append(here)
    assert here["count"] == len(names)


async def sees_typing(socket, *names):
    """Wait until exactly these people are shown as typing."""
    shown = None
    while shown != list(names):
        frame = await socket.frame_of("typing")
        socket.other.append(frame)
        shown = [person["name"] for person in frame["people"]]
