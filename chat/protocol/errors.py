"""Every way in which a socket's client is refused: the code, and whether and when to retry.

A `ChatError` refuses one command and leaves the socket open; a `CloseCode` ends the socket.
Views raise a `ChatError` too, some of them one of their own. Details are lazy translations:
English on the wire, in the reader's language in a view.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ChatError(Exception):
    """A refusal, with a reason for the person who caused it.

    `retry_in_ms` is set exactly when the same command may succeed later. `http_status` is for
    requests over HTTP.
    """

    code: ClassVar[str]
    http_status: ClassVar[int] = 400
    detail: str | Promise
    retry_in_ms: int | None = None

    def __init__(self, detail: str | Promise = "", *, retry_in_ms: int | None = None) -> None:
        self.detail = detail or type(self).detail
        if retry_in_ms is not None:
            self.retry_in_ms = retry_in_ms
        super().__init__(self.detail)


class BadFrame(ChatError):
    """The frame is not a command of this protocol, or a field has a bad value."""

    code = "bad_frame"
    detail = _("Unknown or invalid command.")


class TooLarge(ChatError):
    """The frame or the message is longer than allowed."""

    code = "too_large"
    http_status = 413
    detail = _("This is too long.")


class BadName(ChatError):
    """The name could mislead others, or cannot be shown."""

    code = "bad_name"
    detail = _("This name cannot be used.")


class BadTitle(ChatError):
    """The title cannot be used for a room."""

    code = "bad_title"
    detail = _("This name cannot be used for a room.")


class Conflict(ChatError):
    """The `client_message_id` was used before in this room, for another body."""

    code = "conflict"
    http_status = 409
    detail = _("This client_message_id was already used for a different message.")


class NotFound(ChatError):
    """The room has no message at this `seq`."""

    code = "not_found"
    http_status = 404
    detail = _("This message does not exist.")


class NotYours(ChatError):
    """Somebody else wrote the message."""

    code = "not_yours"
    http_status = 403
    detail = _("Only its author can change this message.")


class Deleted(ChatError):
    """The message was deleted."""

    code = "deleted"
    http_status = 409
    detail = _("This message was deleted.")


class TooLate(ChatError):
    """The message is older than EDIT_MINUTES."""

    code = "too_late"
    http_status = 409
    detail = _("It is too late to edit this message.")


class TooMany(ChatError):
    """The message has too many reactions, of this person or of different kinds."""

    code = "too_many"
    http_status = 409
    detail = _("This message has too many reactions.")


class Muted(ChatError):
    """A moderator muted you. `retry_in_ms` says when that ends by itself, if it does."""

    code = "muted"
    http_status = 403
    detail = _("A moderator muted you in this room.")


class Banned(ChatError):
    """A moderator banned you. `retry_in_ms` says when that ends by itself, if it does."""

    code = "banned"
    http_status = 403
    detail = _("A moderator banned you from this room.")


class SlowMode(ChatError):
    """The room lets you write again in `retry_in_ms`: its rules ask for a pause between messages,
    or newcomers have to wait."""

    code = "slow_mode"
    http_status = 429
    detail = _("In this room there is a pause between two messages of a person.")
    retry_in_ms = 1000


class NotAllowed(ChatError):
    """The room's rules, or your role in it, do not allow this."""

    code = "not_allowed"
    http_status = 403
    detail = _("You are not allowed to do this in this room.")


class Held(ChatError):
    """The message is stored and waits for a moderator. It takes its place in the conversation when
    one approves it, under the same `client_message_id`. Safe to resend."""

    code = "held"
    http_status = 202
    detail = _("Your message waits for a moderator.")


class Declined(ChatError):
    """A moderator did not approve the message."""

    code = "declined"
    http_status = 403
    detail = _("A moderator did not approve this message.")


class BadKey(ChatError):
    """The key is not that of the room's owner link."""

    code = "bad_key"
    http_status = 403
    detail = _("This owner link is not valid any more.")


class TooFast(ChatError):
    """The author, the connection or the client address exceeds its rate limit."""

    code = "too_fast"
    http_status = 429
    detail = _("You are sending too fast.")
    retry_in_ms = 1000


class Busy(ChatError):
    """Too many posts are waiting to be stored."""

    code = "busy"
    http_status = 503
    detail = _("The server is busy. Your message was not stored yet.")
    retry_in_ms = 500


class NotStored(ChatError):
    """The database rejects this message, and would again."""

    code = "not_stored"
    http_status = 500
    detail = _("The server could not store this message.")


class Unavailable(ChatError):
    """The database cannot be reached."""

    code = "unavailable"
    http_status = 503
    detail = _("The server cannot store or read messages right now.")
    retry_in_ms = 2000


class CloseCode(IntEnum):
    """Why the server closed a socket. Below 4500: reconnect. From 4500 on: do not."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> CloseCode:
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    SERVICE_RESTART = 1012, "The server is restarting. Reconnect and resume."
    LAGGING = 4008, "You read more slowly than the room writes. Reconnect and resume."
    LOG_REPLACED = 4009, "The room's log was replaced. Reconnect; you will get a reset."
    FAILED = 4011, "Internal server error. Reconnect and resume."
    FLOODING = 4029, "You kept sending after being refused. Reconnect later."
    TOO_MANY_SOCKETS = (
        4030,
        "Too many connections or rooms, from your address or in total. Reconnect later.",
    )
    UNAVAILABLE = 4053, "The server cannot read its database. Reconnect later."
    STALLED = 4408, "You read nothing for 30 seconds. Reconnect and resume."
    BANNED = 4510, "A moderator banned you from this room."
    BAD_ORIGIN = 4503, "This page belongs to another site and may not connect."
    BAD_ROOM = 4504, "There is no room at this address: slugs are 1 to 64 of a-z, 0-9 and -."


class Disconnect(Exception):
    """The connection has to be closed with this code."""

    def __init__(self, code: CloseCode) -> None:
        self.code = code
        super().__init__(code.meaning)
