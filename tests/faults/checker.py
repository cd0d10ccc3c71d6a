"""Checks that a history keeps the delivery guarantees. Pure: returns sentences about violations.

history.py describes what a history is. The rules about edits, deletions and reactions are in
rules_of_changes.py, those about what moderators do in rules_of_moderation.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

from tests.faults import rules_of_changes, rules_of_moderation
from tests.faults.history import acks, changes_by, events, frames_seen, sweeps_in

ASKED = "invoke", "change", "act"
SETTLED = "ok", "fail", "change_ok", "change_fail", "act_ok", "act_fail"


def violations(history):
    """The violations of the guarantees, as sentences; empty if there are none."""
    return [f"{rule.__name__}: {what}" for rule in RULES for what in rule(history)]


def seq_is_dense(history):
    """1..head, each taken once: by a post, by a change of a message, or by a sweep.

    A message has the seqs of its post and of its latest change only. One in between is known from
    the acknowledgement of its change, or from a frame. Where neither is left, somebody must have
    lost the reply to a change: as many seqs as there were such attempts may be unknown. So may the
    two of a removal that was undone, whose acknowledgements have none.
    """
    log = history["log"]
    taken = Counter(seq for row in log["rows"] for seq in {row.seq, row.changed_seq})
    taken.update(sweep.seq for act in log.get("acts", ()) for sweep in act.sweeps())
    yield from (f"{seq} stands {n} times in the log" for seq, n in taken.items() if n > 1)
    seqs = set(range(1, log["head"] + 1))
    yield from (f"the log has {seq}, its head is {log['head']}" for seq in taken.keys() - seqs)
    posts = {row.seq for row in log["rows"]}
    changed = {row.changed_seq for row in log["rows"]} | sweeps_in(log).keys()
    unexplained = sum(2 for act in log.get("acts", ()) if act.kind == "remove" and act.undone)
    for person in history["people"]:
        changed |= {ok["seq"] for ok in acks(history, person, "change_ok")}
        for seen in frames_seen(person):
            if seen.epoch == log["epoch"]:
                shown = seen.frame["messages"]
                changed |= {each.changed_seq for each in shown if each.changed_seq != each.seq}
        changes = [each for theirs in changes_by(history, person).values() for each in theirs]
        lost = {each.event["id"] for each in changes}
        unexplained += sum(event["id"] in lost for event in events(person, "lost"))
        unexplained += sum(not each.acked and not each.refused for each in changes)
    unknown = seqs - posts - changed
    if len(unknown) > unexplained:
        yield f"the log has no {sorted(unknown)}, its head is {log['head']}"


def acked_is_stored(history):
    """Each acknowledged message is in its log once, under the acknowledged seq, as it was sent
    unless it was edited or deleted."""
    stored = {}
    for row in history["log"]["rows"]:
        stored.setdefault(row.id, []).append(row)
    for person in history["people"]:
        bodies = {event["id"]: event["body"] for event in events(person, "invoke")}
        for ok in acks(history, person):
            rows = stored.get(ok["id"], [])
            if not rows:
                yield f"{person['name']}'s {ok['id']} was acknowledged as {ok['seq']} and is lost"
            elif [row.seq for row in rows] != [ok["seq"]] or not (
                rows[0].edited or rows[0].deleted or rows[0].body == bodies[ok["id"]]
            ):
                yield f"{person['name']}'s {ok['id']} was acknowledged as {ok['seq']}, but {rows}"


def resent_is_one(history):
    """A message that was sent more than once is in the log once, even if a new guest resent it."""
    found = Counter(row.id for row in history["log"]["rows"])
    yield from (f"{key} stands {n} times in the log" for key, n in found.items() if n > 1)


def nothing_is_invented(history):
    """Every message in the log, or shown, was sent by that person with that text, or edited to it
    by that person; and deletions, removals and reactions are somebody's."""
    texts, deleted, reacted = defaultdict(set), set(), defaultdict(set)
    acted = {
        (event["kind"], event["of"])
        for person in history["people"]
        for event in events(person, "act")
    }
    for person in history["people"]:
        for event in events(person, "invoke"):
            for author_id in person["author_ids"]:
                texts[author_id, event["id"], False].add(event["body"])
        for event in events(person, "change"):
            for author_id in person["author_ids"]:
                if event["kind"] == "edit":
                    texts[author_id, event["of"], True].add(event["body"])
                elif event["kind"] == "delete":
                    deleted.add((author_id, event["of"]))
                elif event["on"]:
                    reacted[event["of"], event["emoji"]].add(author_id)

    def is_invented(row):
        key = row.author_id, row.id
        if row.deleted:
            removed = row.removed and acted & {("remove", row.seq), ("sweep", row.author_id)}
            return bool(row.body or row.reactions) or not (removed or key in deleted)
        return row.body not in texts[(*key, row.edited)] or any(
            not set(ids) <= reacted[row.id, emoji] or count > len(reacted[row.id, emoji])
            for emoji, count, ids in row.reactions
        )

    yield from (f"{row} in the log" for row in history["log"]["rows"] if is_invented(row))
    shown = {
        message
        for person in history["people"]
        for frame in events(person, "changes")
        for message in frame["messages"]
    }
    yield from (f"{message} was shown" for message in shown if is_invented(message))


def refused_is_not_stored(history):
    """A permanently rejected message is never stored."""
    stored = {row.id for row in history["log"]["rows"]}
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
    seqs = [after, *(message.changed_seq for message in frame["messages"])]
    if any(a >= b for a, b in pairwise(seqs)) or seqs[-1] > head:
        yield f"{where} holds {seqs[1:]}"


def streams_equal_the_log(history):
    """A frame has every change of its range, as in the log; in a replaced log, as everybody else
    saw it. A message that has changed since may be missing or differ; one that was swept may be
    there as it was before or after; a newcomer's first frames have only the messages after their
    place, and need no sweeps."""
    log = history["log"]
    sweeps = sweeps_in(log)

    def same(message, row):
        if message == row or None in (message, row):
            return message == row
        is_swept = any(sweep.covers(row) for sweep in sweeps.values())
        return is_swept and message.swept() == row.swept()

    stored = {row.changed_seq: row for row in log["rows"]}
    final = {row.seq: row.changed_seq for row in log["rows"]}  # the latest change of each message
    shown = {}
    for person in history["people"]:
        for seen in frames_seen(person):
            frame, found = seen.frame, {each.changed_seq: each for each in seen.frame["messages"]}
            for seq, message in found.items():
                if not same(shown.setdefault((seen.epoch, seq), message), message):
                    yield f"{person['name']} saw {message}, others {shown[seen.epoch, seq]}"
            if seen.epoch != log["epoch"]:
                continue
            found_sweeps = {sweep.seq: sweep for sweep in frame.get("sweeps", ())}
            for seq in range(frame["after"] + 1, frame["head"] + 1):
                if found_sweeps.get(seq) != sweeps.get(seq) and seen.page_after is None:
                    yield f"{person['name']} saw {found_sweeps.get(seq)}, not {sweeps.get(seq)}"
                message, row = found.get(seq), stored.get(seq)
                if row and seen.page_after is not None and row.seq <= seen.page_after:
                    row = None
                superseded = message is not None and final.get(message.seq, 0) > seq
                if not same(message, row) and not superseded:
                    yield f"{person['name']} saw {message} as {seq}, the log has {row}"


def order_is_kept(history):
    """A message sent after another, or a change, was acknowledged comes after it, also from
    another sender."""
    sent, acked = [], []
    for person in history["people"]:
        invoked = {event["id"]: event["at"] for event in events(person, "invoke")}
        for ok in acks(history, person):
            sent.append((invoked[ok["id"]], ok["seq"], ok["id"]))
        known = [*acks(history, person), *acks(history, person, "change_ok")]
        acked += [(ok["at"], ok["seq"]) for ok in known]
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
        settled = {e["id"] for e in person["events"] if e["what"] in SETTLED}
        asked = (e for e in person["events"] if e["what"] in ASKED)
        waiting = [e["id"] for e in asked if e["id"] not in settled]
        if person["stayed"] and waiting:
            yield f"{person['name']} still waits for {waiting}"
        epoch = next((e["epoch"] for e in reversed(list(events(person, "welcome")))), None)
        head = next((e["head"] for e in reversed(list(events(person, "changes")))), None)
        if person["stayed"] and (epoch, head) != (log["epoch"], log["head"]):
            yield f"{person['name']} is at {head} of {epoch}, the log at {log['head']}"


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
    *rules_of_changes.RULES,
    *rules_of_moderation.RULES,
)
