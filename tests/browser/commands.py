"""Commands that a test sends in the name of a Person, beside their page, or of a Writer."""

from __future__ import annotations

from uuid import uuid4


def command(person, kind, **fields):
    """Send a command; its ack."""
    ack = person.asks(kind, fields)
    assert ack["type"] == "ack", ack
    return ack


def refused(person, kind, **fields):
    """Send a command that is refused; the code of the error."""
    error = person.asks(kind, fields)
    assert error["type"] == "error", error
    return error["code"]


def post(person, body, *, reply_to=None):
    """Post a message; its seq."""
    reply = {} if reply_to is None else {"reply_to_seq": reply_to}
    key = str(uuid4())
    return command(person, "message.post", body=body, client_message_id=key, **reply)["seq"]


def react(person, seq, emoji, *, on=True):
    command(person, "message.react", seq=seq, emoji=emoji, on=on)
