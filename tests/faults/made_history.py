"""Parts of a history, for tests of the checker."""

from __future__ import annotations


def event(at, what, **fields):
    return {"at": at, "what": what, **fields}


def connect(at, cursor=None):
    return event(at, "connect", url="one", cursor=cursor)


def welcome(at, head, *, epoch="e", reset=False):
    return event(at, "welcome", epoch=epoch, head=head, reset=reset)


def frame(at, after, head, *messages):
    return event(at, "changes", after=after, head=head, messages=list(messages))


def ok(at, key, seq, what="ok"):
    return event(at, what, id=key, seq=seq, epoch="e")


def change(at, key, of, kind, **fields):
    return event(at, "change", id=key, of=of, kind=kind, **fields)


def person(name, *events):
    return {"name": name, "author_ids": [name], "stayed": True, "events": list(events)}
