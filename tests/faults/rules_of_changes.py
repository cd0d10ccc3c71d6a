"""The checker's rules about edits, deletions and reactions. Pure, as checker.py."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict

from tests.faults.history import acks, changes_by, events, frames_seen
from tests.faults.timeline import Timeline

FIRST_IDS = 20  # authors listed with a reaction


def acked_changes_are_stored(history):
    """An acknowledged change is in the final state, unless a later one replaced it."""
    rows = {row.id: row for row in history["log"]["rows"]}
    reactions = {tuple(each) for each in history["log"]["reactions"]}
    for person in history["people"]:
        posted = {event["id"]: event["body"] for event in events(person, "invoke")}
        for message_id, changes in changes_by(history, person).items():
            row = rows.get(message_id)
            acked = [change.event for change in changes if change.acked]
            if row is None:
                yield from (f"{person['name']}'s {event}, the message is lost" for event in acked)
            elif row.deleted or any(event["kind"] == "delete" for event in acked):
                # Deletion is for ever, and takes everything with it.
                if not row.deleted or row.body or row.reactions:
                    yield f"{person['name']} deleted {row}"
            else:
                yield from lost_edits(person, row, of_kind(changes, "edit"), posted)
                yield from lost_reactions(person, row, of_kind(changes, "react"), reactions)


def lost_edits(person, row, edits, posted):
    if not edits:
        return
    before = [] if any(edit.acked for edit in edits) else [posted.get(row.id)]
    texts = [*before, *(edit.event["body"] for edit in possibly_last(edits))]
    if row.body not in texts:
        yield f"{person['name']} edited to {texts}, the log has {row}"


def lost_reactions(person, row, asked, stored):
    by_emoji = defaultdict(list)
    for change in asked:
        by_emoji[change.event["emoji"]].append(change)
    for emoji, theirs in by_emoji.items():
        states = {change.event["on"] for change in possibly_last(theirs)}
        if not any(change.acked for change in theirs):
            states.add(False)
        is_on = any((row.id, emoji, author) in stored for author in person["author_ids"])
        if is_on not in states:
            yield f"{person['name']}'s {emoji} is {'on' if is_on else 'off'}: {row}"


def of_kind(changes, kind):
    return [change for change in changes if change.event["kind"] == kind]


def possibly_last(changes):
    """Those of a person's changes that can be the last one stored: the last acknowledged one,
    those after it that are not settled, and those that had an attempt without a reply, which may
    be stored whenever its server goes on."""
    last = max((place for place, change in enumerate(changes) if change.acked), default=-1)
    return [
        change
        for place, change in enumerate(changes)
        if place == last or change.lost or (place > last and not change.refused)
    ]


def refused_changes_are_not_stored(history):
    """A permanently refused edit or deletion is never stored."""
    rows = {row.id: row for row in history["log"]["rows"]}
    for person in history["people"]:
        for message_id, changes in changes_by(history, person).items():
            row = rows.get(message_id)
            for change in changes:
                kind = change.event["kind"]
                if row is None or not change.refused or change.lost or kind == "react":
                    continue
                others = any(other.event["kind"] == kind and not other.refused for other in changes)
                if (kind == "edit" and row.body == change.event["body"]) or (
                    kind == "delete" and row.deleted and not row.removed and not others
                ):
                    yield f"{person['name']}'s {change.event}, refused: {row}"


def reactions_are_counted(history):
    """Each message counts the reactions to it that are stored, each author once for each kind; a
    removed one has none, and keeps them for as long as it can be restored."""
    removed = {row.id for row in history["log"]["rows"] if row.removed}
    stored = defaultdict(list)
    for message_id, emoji, author_id in history["log"]["reactions"]:
        if message_id not in removed:
            stored[message_id, emoji].append(author_id)
    shown = {
        (row.id, emoji): (count, ids)
        for row in history["log"]["rows"]
        for emoji, count, ids in row.reactions
    }
    for key in stored.keys() | shown.keys():
        authors = stored.get(key, [])
        count, ids = shown.get(key, (0, ()))
        twice = [author for author, times in Counter(authors).items() if times > 1]
        listed = len(ids) == len(set(ids) & set(authors)) == min(len(authors), FIRST_IDS)
        if twice or count != len(authors) or not listed:
            yield f"{key} counts {count} of {ids}, stored are {authors}"


def nobody_is_outdated(history):
    """Nobody who stayed ends with an older version of a message than the log, or without one.
    Nothing that was removed is left there, and everything that was restored is back."""
    log = history["log"]
    final = {row.seq: row for row in log["rows"]}
    for person in history["people"]:
        held, start, epoch = shown_in_the_end(person)
        if not person["stayed"] or epoch != log["epoch"]:
            continue
        wanted = held.keys() | {seq for seq in final if seq > start}
        for seq in sorted(wanted):
            if held.get(seq) != final.get(seq):
                yield f"{person['name']} ends with {held.get(seq)}, the log has {final.get(seq)}"


def shown_in_the_end(person):
    """The messages that a client shows that does what it is told, by seq; the place where they
    begin; and the epoch."""
    timeline, start, epoch = Timeline(), None, None
    for seen in frames_seen(person, with_fetched=True):
        if seen.epoch != epoch or start is None or is_new_page(seen):
            timeline, start, epoch = Timeline(), seen.frame["after"], seen.epoch
        for message in seen.frame["messages"]:
            timeline.take(message)
        for sweep in seen.frame.get("sweeps", ()):
            timeline.apply(sweep)
    return timeline.messages, start, epoch


def is_new_page(seen):
    return seen.page_after is not None and seen.frame.get("after") == seen.page_after


def deleted_is_gone(history):
    """The words of a message that its author deleted are in no frame that reaches to the deletion
    or beyond; and in no frame of a connection that began after the deletion was acknowledged, once
    its node had announced it to anybody."""
    log = history["log"]
    deletions = {row.id: row.changed_seq for row in log["rows"] if row.deleted and not row.removed}
    acked_at = {}
    for person in history["people"]:
        deleted = {
            event["id"]: event["of"]
            for event in events(person, "change")
            if event["kind"] == "delete"
        }
        for ok in acks(history, person, "change_ok"):
            if ok["id"] in deleted:
                at = acked_at.get(deleted[ok["id"]], ok["at"])
                acked_at[deleted[ok["id"]]] = min(at, ok["at"])
    reached = reached_by_node(history)
    for person in history["people"]:
        for seen in frames_seen(person):
            for message in seen.frame["messages"] if seen.epoch == log["epoch"] else ():
                seq = deletions.get(message.id)
                if seq is None or message.deleted:
                    continue
                if seen.frame["head"] >= seq:
                    yield f"{person['name']} was sent {message}, which was deleted at {seq}"
                elif message.id in acked_at and seen.connected_at > max(
                    acked_at[message.id], first_reached(reached[seen.url or ""], seq)
                ):
                    yield f"{person['name']} connected later and was sent {message}"


def reached_by_node(history):
    """By the node's URL: the heads that its readers reached, growing, and when they did first."""
    frames = sorted(
        (seen.frame["at"], seen.frame["head"], seen.url or "")
        for person in history["people"]
        for seen in frames_seen(person)
        if seen.epoch == history["log"]["epoch"]
    )
    reached = defaultdict(list)
    for at, head, url in frames:
        if not reached[url] or reached[url][-1][0] < head:
            reached[url].append((head, at))
    return reached


def first_reached(heads, seq):
    """When a reader first reached `seq`."""
    place = bisect_left(heads, (seq,))
    return heads[place][1] if place < len(heads) else float("inf")


def pages_are_of_the_newest_messages(history):
    """A newcomer's first frames have messages after the place at which they start, no others."""
    for person in history["people"]:
        for seen in frames_seen(person):
            for message in seen.frame["messages"] if seen.page_after is not None else ():
                if message.seq <= seen.page_after:
                    yield f"{person['name']}'s page after {seen.page_after} has {message}"


RULES = (
    acked_changes_are_stored,
    refused_changes_are_not_stored,
    reactions_are_counted,
    nobody_is_outdated,
    deleted_is_gone,
    pages_are_of_the_newest_messages,
)
