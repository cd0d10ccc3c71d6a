"""The history of a scenario, as the checker reads it: who sent, was answered and received what.

A history is {"people": [{"name", "author_ids", "stayed", "events"}], "log": {"epoch", "head",
"rows", "reactions", "acts"}}, as people.py and scenario.py write it. Without a cookie a person is a
new author at each connection. An event has `at` (seconds) and `what`:

    invoke       id, body              a person sends a message for the first time
    ok           id, seq, epoch        the server acknowledged it
    fail         id, code              the server refused it permanently
    change       id, kind, of, ...     a person edits, deletes or reacts to the message with the id
                                       `of` for the first time; `kind` is "edit" (with `body`),
                                       "delete", or "react" (with `emoji` and `on`)
    change_ok    id, seq, epoch        the server acknowledged that
    change_fail  id, code              the server refused that permanently
    act          id, kind, of          a moderator acts for the first time: `kind` is "remove" (`of`
                                       is a seq), "sweep", "mute" or "ban" (an author), or "undo"
                                       (the id of an act)
    act_ok       id, epoch             the server acknowledged that
    act_fail     id, code              the server refused that permanently
    lost         id                    an attempt at one of these got no reply; it may still be
                                       stored, even after a later attempt
    connect      url, cursor           an attempt; `cursor` is the one sent, [epoch, seq] or None
    welcome      epoch, head, reset
    changes      after, head, messages, and `sweeps` where there are any
    fetched      messages              what was read because a sweep was undone
    close        code

The log's `reactions` are those of the reactions' own table: (message's id, emoji, author_id). Its
`acts`, which may be missing, are the moderation log.
"""

from __future__ import annotations

from typing import NamedTuple

_interned = {}


class Row(NamedTuple):
    """A message, as it is stored or was shown."""

    changed_seq: int
    seq: int
    author_id: str
    id: str
    body: str
    edited: bool = False
    deleted: bool = False
    reactions: tuple = ()  # (emoji, count, the first author ids), in their order
    removed: bool = False  # by a moderator; then it is deleted, too

    @classmethod
    def of(cls, message):
        """A message of a frame; one object for all people who received the same."""
        row = cls(
            message["changed_seq"],
            message["seq"],
            message["author_id"],
            message["client_message_id"],
            message["body"],
            bool(message.get("edited_at")),
            bool(message.get("deleted_at")),
            reactions_of(message.get("reactions", ())),
            message.get("removed", False),
        )
        return _interned.setdefault(row, row)

    def swept(self):
        """As it is after a sweep."""
        return self._replace(body="", deleted=True, reactions=(), removed=True)


def reactions_of(reactions):
    """Reactions as on the wire, for a Row."""
    return tuple((each["emoji"], each["count"], tuple(each["author_ids"])) for each in reactions)


class Sweep(NamedTuple):
    """Everything that somebody wrote in a range of the log was removed, or restored."""

    seq: int
    author_id: str
    first: int
    last: int
    on: bool

    @classmethod
    def of(cls, sweep):
        """A sweep of a frame."""
        return cls(*(sweep[field] for field in cls._fields))

    def covers(self, row):
        """Whether it removes or restores this version of a message."""
        return (
            row.author_id == self.author_id
            and self.first <= row.seq <= self.last
            and row.changed_seq < self.seq
        )


class Act(NamedTuple):
    """An entry of the moderation log, as it is stored."""

    id: str
    kind: str
    by_id: str
    target_id: str
    seq: int | None
    first: int | None
    last: int | None
    swept_seq: int | None
    restored_seq: int | None
    undone: bool

    def sweeps(self):
        """Its changes of the log, if it is a sweep."""
        numbers = (self.swept_seq, True), (self.restored_seq, False)
        return [Sweep(seq, self.target_id, self.first, self.last, on) for seq, on in numbers if seq]

    def removes(self, row):
        """Whether this version of a message is one that it removed, or would have."""
        if self.kind == "remove":
            return row.seq == self.seq
        return any(sweep.on and sweep.covers(row) for sweep in self.sweeps())


def sweeps_in(log):
    """All sweeps of a log, by their seq."""
    return {sweep.seq: sweep for act in log.get("acts", ()) for sweep in act.sweeps()}


class Seen(NamedTuple):
    """A frame of changes that somebody received, and on which connection."""

    frame: dict
    epoch: str
    url: str | None
    connected_at: float
    page_after: int | None  # in a newcomer's first frames: the place before their oldest message


class Change(NamedTuple):
    """What somebody did to a message, and what came of it."""

    event: dict
    acked: bool  # in the present log
    refused: bool
    lost: bool  # an attempt at it


def events(person, what):
    return (event for event in person["events"] if event["what"] == what)


def acks(history, person, what="ok"):
    """The acknowledgements of the current log; those of a replaced one are void."""
    return [ok for ok in events(person, what) if ok["epoch"] == history["log"]["epoch"]]


def frames_seen(person, *, with_fetched=False):
    """Each frame of changes with its connection, in order; `with_fetched` also what was read."""
    epoch = head = url = page_after = None
    connected_at, expected = 0.0, 0
    is_page = False
    for event in person["events"]:
        if event["what"] == "connect":
            url, connected_at = event["url"], event["at"]
        elif event["what"] == "welcome":
            if event["reset"] or event["epoch"] != epoch:
                head = None
            epoch, expected = event["epoch"], event["head"]
            is_page, page_after = head is None, None
        elif event["what"] == "changes":
            if is_page and page_after is None:
                page_after = event["after"]
            yield Seen(event, epoch, url, connected_at, page_after if is_page else None)
            head = event["head"]
            is_page = is_page and head < expected
        elif event["what"] == "fetched" and with_fetched:
            yield Seen(event, epoch, url, connected_at, None)


def changes_by(history, person):
    """What the person did to messages, in order, by the id of the message."""
    acked = {ok["id"] for ok in acks(history, person, "change_ok")}
    refused = {event["id"] for event in events(person, "change_fail")}
    lost = {event["id"] for event in events(person, "lost")}
    found = {}
    for event in events(person, "change"):
        key = event["id"]
        change = Change(event, key in acked, key in refused, key in lost)
        found.setdefault(event["of"], []).append(change)
    return found
