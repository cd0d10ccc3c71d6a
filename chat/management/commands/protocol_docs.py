"""Print docs/protocol.md, made from chat/protocol/frames.py and chat/protocol/errors.py."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from django.core.management.base import BaseCommand

from chat.protocol import errors, frames
from chat.protocol.errors import ChatError, CloseCode

FIELD = re.compile(r"^    (\w+): (.+?)(?: = [^#]+?)?(?:  # (.+))?$", re.MULTILINE)

WIRE_TYPES = {"Seq": "`int`", "PageLimit": "`int`", "int | None": "`int` or null"}

SHAPES = (frames.Message, frames.Person, frames.RoomInfo, frames.Limits)

HEAD = """\
# The wire

<!-- Made by `python manage.py protocol_docs > docs/protocol.md`; edit chat/protocol/ instead. -->

`/ws` is the lobby and `/ws/<slug>` a room, with or without a trailing slash. A slug is `a-z`, `0-9`
and `-`, 1 to 64 characters. The WebSocket subprotocol chooses how we speak:

- **none offered: plain text.** One text frame is one message. Everyone in the room, the sender
  included, gets exactly that text, one frame per message. No history. A message that is refused
  is answered to its sender alone, with a line that begins with `error: `.
- **`chat.v1`: JSON.** The rest of this page. An unknown subprotocol alone gets plain text.

An `Origin` header, where sent, must be this very site or one of `CSRF_TRUSTED_ORIGINS`. Without one
the client is no browser: it may enter, as a fresh guest, and its cookies are ignored.

## Resuming

The first frame is a `welcome`. One or more `room.changed` frames bring you to its `head`, then live
ones follow; `after` of each is `head` of the one before. Your cursor is (`epoch` of the welcome,
`head` of the last `room.changed`). Connect with `?epoch=E&since=SEQ` to go on from it. Without a
cursor you get the latest {page} messages; `after` of the first frame tells where they start.

`"reset": true` in the welcome means: throw your timeline away, your cursor does not belong to this
log or lies more than {replay} changes back. You then get the latest messages as a newcomer does.

Post with a fresh UUID as `client_message_id`, keep the message until its `ack`, and send it again
with the same id after every reconnect: it is stored once, and its `ack` names the seq of the first
time, also if you come back as another guest. Ids are unique in their room, whoever sends them: with
somebody else's you get that message's seq for the same text and `conflict` for any other.
"""


class Command(BaseCommand):
    help = "Print docs/protocol.md."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(protocol_docs(), ending="")


def protocol_docs() -> str:
    """The page in Markdown."""
    head = HEAD.format(page=frames.PAGE, replay=frames.MAX_REPLAY)
    return "\n".join(
        [
            head,
            "## Commands\n\nEach carries `id`, a number unique in its connection, which the reply"
            " repeats as `reply_to`.\n",
            *_sections(frames.COMMANDS),
            "## Replies\n",
            *_sections(frames.REPLIES),
            "## Events\n",
            *_sections(frames.EVENTS),
            "## Shapes\n",
            *_sections(SHAPES),
            _error_codes(),
            _close_codes(),
            _limits(),
        ]
    )


def _sections(frames: Iterable[Any]) -> list[str]:
    return [_section(frame) for frame in frames]


def _section(frame: type[msgspec.Struct]) -> str:
    tag = frame.__struct_config__.tag
    title = f"`{tag}`" if tag else frame.__name__
    fields = [*_fields(frame)]
    title = f"{title} ({frame.__name__})" if tag == "ack" else title
    return f"### {title}\n\n{inspect.getdoc(frame)}\n\n{_table(('field', 'type', ''), fields)}"


def _fields(frame: type[msgspec.Struct]) -> Iterable[tuple[str, ...]]:
    for owner in reversed(frame.__mro__):
        if issubclass(owner, msgspec.Struct) and owner is not msgspec.Struct:
            for name, kind, meaning in FIELD.findall(inspect.getsource(owner)):
                yield f"`{name}`", WIRE_TYPES.get(kind, f"`{kind}`"), meaning


def _error_codes() -> str:
    rows = [
        (f"`{error.code}`", "yes" if error.retry_in_ms else "", str(inspect.getdoc(error)))
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, ChatError) and error is not ChatError
    ]
    return "## Error codes\n\nA refused command changes nothing, and the connection stays.\n\n" + (
        _table(("code", "retry?", "meaning"), rows)
    )


def _close_codes() -> str:
    rows = [(str(int(code)), f"`{code.name}`", code.meaning) for code in CloseCode]
    return (
        "## Close codes\n\n4000 to 4499, and 1000, 1001, 1006, 1011, 1012 and 1013: come back, with"
        " your cursor, after a random wait that grows. 4500 to 4999: do not. 1002, 1003, 1007, 1008"
        " and 1009 mean that the client is at fault: it broke the WebSocket protocol, or sent more"
        " pings, pongs or fragments, or a longer frame, than `serve` accepts.\n\n"
        + _table(("code", "name", "meaning"), rows)
    )


def _limits() -> str:
    source = inspect.getsource(frames)
    rows = [
        (f"`{name}`", f"{getattr(frames, name):,}", meaning)
        for name, meaning in re.findall(r"^(MAX_\w+|PAGE) = .+?  # (.+)$", source, re.MULTILINE)
    ]
    return "## Limits\n\n" + _table(("name", "", "of"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |") for cells in lines) + "\n"
