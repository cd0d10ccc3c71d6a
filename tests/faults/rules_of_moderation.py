"""The checker's rules about what moderators do. Pure, as checker.py."""

from __future__ import annotations

from tests.faults.history import acks, events, frames_seen
from tests.faults.rules_of_changes import first_reached, reached_by_node

BY_THE_SERVER = "raid", "role"  # kinds of acts that nobody need have asked for


def acked_acts_are_stored(history):
    """An acknowledged act is in the moderation log once, as it was asked for; one that was refused
    is not, and nothing is there that nobody did."""
    log = history["log"]
    stored = {}
    for act in log.get("acts", ()):
        stored.setdefault(act.id, []).append(act)
    asked_by = {}
    for person in history["people"]:
        asked = {event["id"]: event for event in events(person, "act")}
        asked_by |= dict.fromkeys(asked, person["author_ids"])
        for ok in acks(history, person, "act_ok"):
            event = asked[ok["id"]]
            found = stored.get(event["of"] if event["kind"] == "undo" else ok["id"], [])
            if len(found) != 1 or not is_as_asked(found[0], event):
                yield f"{person['name']}'s {event} was acknowledged, the log has {found}"
        lost = {event["id"] for event in events(person, "lost")}
        for failure in events(person, "act_fail"):
            if failure["id"] in stored and failure["id"] not in lost:
                yield f"{person['name']}'s {asked[failure['id']]}, refused with {failure['code']}"
    for act in log.get("acts", ()):
        if act.by_id not in asked_by.get(act.id, ()) and act.kind not in BY_THE_SERVER:
            yield f"nobody asked for {act}"


def is_as_asked(act, event):
    if event["kind"] == "undo":
        return act.undone
    target = act.seq if event["kind"] == "remove" else act.target_id
    return (act.kind, target) == (event["kind"], event["of"])


def removed_is_decided(history):
    """A message is removed exactly while an act that removed it is not undone."""
    acts = [act for act in history["log"].get("acts", ()) if act.kind in ("remove", "sweep")]
    gone = {  # what its author wanted gone cannot be restored
        event["of"]
        for person in history["people"]
        for event in events(person, "change")
        if event["kind"] == "delete"
    }
    for row in history["log"]["rows"] if acts else ():
        of_row = [act for act in acts if act.removes(row)]
        in_force = [act for act in of_row if not act.undone]
        if in_force and not row.deleted:
            yield f"{row} was removed by {in_force}"
        if row.removed and not in_force and not (of_row and row.id in gone):
            yield f"{row} is removed, by nothing in force of {of_row}"


def removed_is_gone(history):
    """Until it is restored, the words of a removed message are in no frame that reaches the
    removal; and in no frame of a connection that began after the act was acknowledged, once its
    node had announced it."""
    removals = list(removals_in(history))
    authors = {act.target_id for act, *_ in removals}
    reached = reached_by_node(history) if removals else {}
    for person in history["people"] if removals else ():
        for seen in frames_seen(person):
            if seen.epoch != history["log"]["epoch"]:
                continue
            for message in seen.frame["messages"]:
                if message.deleted or message.author_id not in authors:
                    continue
                for act, seq, acked_at, undone_at in removals:
                    if seen.frame["at"] >= undone_at or message.changed_seq >= seq:
                        continue
                    is_late = seen.frame["head"] >= seq or seen.connected_at > max(
                        acked_at, first_reached(reached[seen.url or ""], seq)
                    )
                    if is_late and act.removes(message):
                        yield f"{person['name']} was sent {message}, removed at {seq} by {act}"


def removals_in(history):
    """(act, seq of the change that removed the words, when it was acknowledged first, when
    somebody first asked to undo it)."""
    acked_at, undone_at = {}, {}
    for person in history["people"]:
        for event in events(person, "act"):
            if event["kind"] == "undo":
                undone_at[event["of"]] = min(event["at"], undone_at.get(event["of"], event["at"]))
        for ok in acks(history, person, "act_ok"):
            acked_at[ok["id"]] = ok["at"]
    removed_at = {}
    for person in history["people"]:
        for seen in frames_seen(person):
            for row in seen.frame["messages"] if seen.epoch == history["log"]["epoch"] else ():
                if row.removed:
                    removed_at.setdefault(row.seq, set()).add(row.changed_seq)
    for act in history["log"].get("acts", ()):
        acked = acked_at.get(act.id, float("inf"))
        undone = undone_at.get(act.id, float("inf"))
        for seq in (act.swept_seq,) if act.swept_seq else removed_at.get(act.seq, ()):
            yield act, seq, acked, undone


RULES = acked_acts_are_stored, removed_is_decided, removed_is_gone
