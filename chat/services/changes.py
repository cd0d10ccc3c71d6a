"""Change messages that are stored: edits, deletions and reactions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime

from chat.models import Message, Reaction, RemovedText
from chat.models.reaction import as_stored
from chat.protocol.errors import ChatError, Deleted, NotFound, NotYours, TooLate, TooMany
from chat.protocol.frames import MAX_REACTION_KINDS, MAX_REACTIONS
from chat.services.writes import Change, Delete, Edit, Outcome, React


def change_messages(
    room_id: int, head: int, changes: Mapping[int, Change], now: datetime
) -> tuple[dict[int, Outcome], list[Message]]:
    """Apply `changes` in their order, in the caller's transaction, which holds the room's lock.

    Returns an outcome for each key, and the messages that changed, with the seqs after `head`: one
    for each message, however much of it has changed. What changes nothing, because it was done
    before, takes no seq; its outcome is that of the message's latest change.
    """
    seqs = {change.seq for change in changes.values()}
    messages = {each.seq: each for each in Message.objects.filter(room_id=room_id, seq__in=seqs)}
    reactions = _reactions_to(messages, changes)
    refused: dict[int, ChatError] = {}
    changed: dict[int, Message] = {}
    for key, change in changes.items():
        message = messages.get(change.seq)
        try:
            if message is None:
                raise NotFound
            if isinstance(change, React):
                reactions[message.seq].apply(change)
            elif _rewritten(message, change, now):
                changed[message.seq] = message
        except ChatError as error:
            refused[key] = error
    for seq, theirs in reactions.items():
        if theirs.save():
            changed[seq] = messages[seq]
    for seq, message in enumerate(changed.values(), start=head + 1):
        message.changed_seq = seq
        message.save(update_fields=["changed_seq", "body", "edited_at", "deleted_at", "reactions"])
    outcomes: dict[int, Outcome] = {
        key: refused.get(key) or messages[change.seq].changed_seq for key, change in changes.items()
    }
    return outcomes, list(changed.values())


def _rewritten(message: Message, change: Edit | Delete, now: datetime) -> bool:
    """Edit or delete `message`; False if that was done before. Raises ChatError."""
    if message.author_id != change.author_id:
        raise NotYours
    if isinstance(change, Delete):
        if message.removed:  # its author wants it gone, so it cannot be restored
            RemovedText.objects.filter(message=message).delete()
        if message.deleted_at:
            return False
        message.body, message.deleted_at = "", now
        return True
    if message.deleted_at:
        raise Deleted
    if message.body == change.body:
        return False
    if not message.can_be_edited(now):
        raise TooLate
    message.body, message.edited_at = change.body, now
    return True


class _Reactions:
    """The reactions to one message, as far as the people who change theirs now need them."""

    def __init__(self, message: Message) -> None:
        self._message = message
        self._counts = {each.emoji: each.count for each in message.reaction_counts}
        self._stored: dict[tuple[str, str], Reaction] = {}  # by author and emoji
        self._present: dict[tuple[str, str], Reaction] = {}
        self._by_author: Counter[str] = Counter()

    def load(self, reaction: Reaction) -> None:
        """One of them that is stored."""
        key = reaction.author_id, reaction.emoji
        self._stored[key] = self._present[key] = reaction
        self._by_author[reaction.author_id] += 1

    def apply(self, change: React) -> None:
        """Set or remove a reaction. Raises Deleted and TooMany."""
        if self._message.deleted_at:
            raise Deleted
        key = change.author_id, change.emoji
        if change.on == (key in self._present):
            return
        count = self._counts.get(change.emoji, 0)
        if not change.on:
            del self._present[key]
            self._by_author[change.author_id] -= 1
            self._counts[change.emoji] = count - 1
            return
        kinds = sum(each > 0 for each in self._counts.values())
        if self._by_author[change.author_id] >= MAX_REACTIONS or (
            not count and kinds >= MAX_REACTION_KINDS
        ):
            raise TooMany
        self._present[key] = Reaction(
            message=self._message,
            emoji=change.emoji,
            author_id=change.author_id,
            author_name=change.author_name,
        )
        self._by_author[change.author_id] += 1
        self._counts[change.emoji] = count + 1

    def save(self) -> bool:
        """Store what has changed; False if nothing has that anybody can see."""
        if self._message.deleted_at:
            # Undoing a removal restores the reactions, too: they stay for as long as the text does.
            if not RemovedText.objects.filter(message=self._message).exists():
                Reaction.objects.filter(message=self._message).delete()
            self._message.reactions = ""
            return False  # nothing but the deletion, which counts by itself
        gone = [each.pk for key, each in self._stored.items() if self._present.get(key) != each]
        new = [each for each in self._present.values() if each.pk is None]
        if not gone and not new:
            return False
        Reaction.objects.filter(pk__in=gone).delete()
        Reaction.objects.bulk_create(new)
        before = self._message.reactions
        self._message.reactions = as_stored(Reaction.objects.counts(self._message))
        return self._message.reactions != before


def _reactions_to(
    messages: Mapping[int, Message], changes: Mapping[int, Change]
) -> dict[int, _Reactions]:
    """Those to each message whose reactions are to change, and to each that is to be deleted."""
    authors: dict[int, set[str]] = defaultdict(set)
    for change in changes.values():
        if change.seq in messages and isinstance(change, React | Delete):
            authors[messages[change.seq].pk].add(change.author_id)
    by_message = {each.pk: _Reactions(each) for each in messages.values() if each.pk in authors}
    stored = Reaction.objects.filter(
        message_id__in=by_message, author_id__in=set().union(*authors.values())
    )
    for reaction in stored if by_message else ():
        by_message[reaction.message_id].load(reaction)
    return {each.seq: by_message[each.pk] for each in messages.values() if each.pk in by_message}
