"""Checks that a history keeps the delivery guarantees. Pure: returns sentences about violations.

A history is {"people": [{"name", "author_ids", "stayed", "events"}], "log": {"epoch", "head",
"rows"}}, as people.py and scenario.py write it. Without a cookie a person is a new author at each
connection. An event has `at` (seconds) and `what`:

    invoke   id, body             a person sends a message for the first time
    ok       id, seq, epoch       the server acknowledged it
    fail     id, code             the server refused it permanently
    connect  url, cursor          an attempt; `cursor` is the one sent, [epoch, seq] or None
    welcome  epoch, head, reset
    changes  after, head, messages
    close    code

A message or row is (changed_seq, seq, author_id, id, body).
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise


def violations(history):
    """The violations of the guarantees, as sentences; empty if there are none."""
    return [f"{rule.__name__}: {what}" for rule in RULES for what in rule(history)]


def seq_is_dense(history):
    """1..head, each once."""
    log = history["log"]
    for column, name in ((1, "seq"), (0, "changed_seq")):
        found = Counter(row[column] for row in log["rows"])
        yield from (
            f"{name} {seq} stands {n} times in the log" for seq, n in found.items() if n > 1
        )
    seqs = {row[1] for row in log["rows"]} | {row[0] for row in log["rows"]}
    expected = set(range(1, log["head"] + 1))
    yield from (f"the log has no {seq}, and its head is {log['head']}" for seq in expected - seqs)
    yield from (f"the log has {seq}, and its head is {log['head']}" for seq in seqs - expected)


def acked_is_stored(history):
    """Each acknowledged message is in its log once, under the acknowledged seq, as it was sent."""
    stored = {}
    for row in history["log"]["rows"]:
        stored.setdefault(row[3], []).append(row)
    for person in history["people"]:
        bodies = {event["id"]: event["body"] for event in events(person, "invoke")}
        for ok in acks(history, person):
            rows = stored.get(ok["id"], [])
            if not rows:
                yield f"{person['name']}'s {ok['id']} was acknowledged as {ok['seq']} and is lost"
            elif [(row[1], row[4]) for row in rows] != [(ok["seq"], bodies[ok["id"]])]:
                yield f"{person['name']}'s {ok['id']} was acknowledged as {ok['seq']}, but {rows}"


def resent_is_one(history):
    """A message that was sent more than once is in the log once, even if a new guest resent it."""
    found = Counter(row[3] for row in history["log"]["rows"])
    yield from (f"{key} stands {n} times in the log" for key, n in found.items() if n > 1)


def nothing_is_invented(history):
    """Every message in the log, or shown, was sent by that person with that text."""
    sent = {
        (author_id, event["id"], event["body"])
        for person in history["people"]
        for event in events(person, "invoke")
        for author_id in person["author_ids"]
    }
    yield from (f"{row} in the log" for row in history["log"]["rows"] if row[2:5] not in sent)
    shown = {
        message
        for person in history["people"]
        for frame in events(person, "changes")
        for message in frame["messages"]
    }
    yield from (f"{message} was shown" for message in shown if message[2:5] not in sent)


def refused_is_not_stored(history):
    """A permanently rejected message is never stored."""
    stored = {row[3] for row in history["log"]["rows"]}
    for person in history["people"]:
        for event in events(person, "fail"):
            if event["id"] in stored:
                yield f"{person['name']}'s {event['id']}, refused with {event['code']}"


def streams_go_forward(history):
    """Each frame starts where the one before ended, across reconnects, until a reset."""
    for person in history["people"]:
        cursor = epoch = None
        for event in person["events"]:
            if event["what"] == "welcome":
                if epoch is not None and event["epoch"] != epoch and not event["reset"]:
                    yield f"{person['name']} was taken from epoch {epoch} to another, no reset"
                if event["reset"]:
                    cursor = None
                epoch = event["epoch"]
            elif event["what"] == "changes":
                yield from frame_faults(person["name"], cursor, event)
                cursor = event["head"]


def frame_faults(name, cursor, frame):
    after, head = frame["after"], frame["head"]
    where = f"{name}'s frame ({after}, {head}]"
    if cursor is not None and after != cursor:
        yield f"{where} came at {cursor}: {'a hole' if after > cursor else 'a twin'}"
    if head < after:
        yield f"{where} goes back"
    seqs = [after, *(message[0] for message in frame["messages"])]
    if any(a >= b for a, b in pairwise(seqs)) or seqs[-1] > head:
        yield f"{where} holds {seqs[1:]}"


def streams_equal_the_log(history):
    """A frame has every change of its range, as in the log; in a replaced log, as everybody else
    saw it. A message that has changed since may be missing or differ."""
    log = history["log"]
    stored = {row[0]: tuple(row) for row in log["rows"]}
    final = {row[1]: row[0] for row in log["rows"]}  # the latest change of each message
    shown = {}
    for person in history["people"]:
        epoch = None
        for event in person["events"]:
            if event["what"] == "welcome":
                epoch = event["epoch"]
            if event["what"] != "changes":
                continue
            found = {message[0]: tuple(message) for message in event["messages"]}
            for seq, message in found.items():
                if shown.setdefault((epoch, seq), message) != message:
                    yield f"{person['name']} saw {message}, others {shown[epoch, seq]}"
            if epoch != log["epoch"]:
                continue
            for seq in range(event["after"] + 1, event["head"] + 1):
                message = found.get(seq)
                superseded = message is not None and final.get(message[1], 0) > seq
                if message != stored.get(seq) and not superseded:
                    yield f"{person['name']} saw {message} as {seq}, the log has {stored.get(seq)}"


def order_is_kept(history):
    """A message sent after another was acknowledged comes after it, also from another sender."""
    sent, acked = [], []
    for person in history["people"]:
        invoked = {event["id"]: event["at"] for event in events(person, "invoke")}
        for ok in acks(history, person):
            sent.append((invoked[ok["id"]], ok["seq"], ok["id"]))
            acked.append((ok["at"], ok["seq"]))
        own = sorted((invoked[ok["id"]], ok["seq"]) for ok in acks(history, person))
        for (_, before), (_, after) in pairwise(own):
            if after <= before:
                yield f"{person['name']} sent {before} before {after}"
    acked.sort()
    highest = position = 0
    for at, seq, message_id in sorted(sent):
        while position < len(acked) and acked[position][0] < at:
            highest = max(highest, acked[position][1])
            position += 1
        if seq <= highest:
            yield f"{message_id} has seq {seq}, and was sent after {highest} was acknowledged"


def everyone_arrived(history):
    """People who stayed have nothing left to send and have seen the log to its end."""
    log = history["log"]
    for person in history["people"]:
        settled = {e["id"] for e in person["events"] if e["what"] in ("ok", "fail")}
        waiting = [e["id"] for e in events(person, "invoke") if e["id"] not in settled]
        if person["stayed"] and waiting:
            yield f"{person['name']} still waits for {waiting}"
        epoch = next((e["epoch"] for e in reversed(list(events(person, "welcome")))), None)
        head = next((e["head"] for e in reversed(list(events(person, "changes")))), None)
        if person["stayed"] and (epoch, head) != (log["epoch"], log["head"]):
            yield f"{person['name']} is at {head} of {epoch}, the log at {log['head']}"


def events(person, what):
    return (event for event in person["events"] if event["what"] == what)


def acks(history, person):
    """The acknowledgements of the current log; those of a replaced one are void."""
    return [ok for ok in events(person, "ok") if ok["epoch"] == history["log"]["epoch"]]


RULES = (
    seq_is_dense,
    acked_is_stored,
    resent_is_one,
    nothing_is_invented,
    refused_is_not_stored,
    streams_go_forward,
    streams_equal_the_log,
    order_is_kept,
    everyone_arrived,
)
