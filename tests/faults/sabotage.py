"""Repairs to switch off in a node, so that the rig can show that it would notice. Each function
replaces a part of the chat in this process; Django must have been set up.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from uuid import uuid4

from msgspec import structs

from chat.channel import announcements, group
from chat.live import group_commit, moderation_commands, replay_buffer
from chat.live.commands import HANDLERS
from chat.live.hub import RoomHub
from chat.live.hub_registry import HubRegistry
from chat.live.replay_buffer import ReplayBuffer, split_into_frames
from chat.live.sequencer import Sequencer
from chat.models.reaction import ReactionQuerySet
from chat.protocol.commands import StartTyping
from chat.protocol.frames import PAGE
from chat.services import changes, messages
from chat.services.moderation import acts
from chat.services.writes import Edit, React


async def send_to_nobody(group, event):
    return False


def deaf():
    """Nothing arrives from other nodes, and the log is not polled."""
    group.send = send_to_nobody
    HubRegistry._compare = lambda *_: None
    RoomHub._repair_soon = lambda hub: None


def careless():
    """Every third announcement gets lost, and the next one is accepted without the gap."""
    offer = Sequencer.offer

    def offer_some(sequencer, announcement):
        if announcement.head % 3 == 0:
            return []
        return offer(sequencer, structs.replace(announcement, after=sequencer.head))

    Sequencer.offer = offer_some


def hasty():
    """Every tenth post is acknowledged and never stored."""
    store = group_commit.write_log

    def store_most(posts):
        outcomes = store([post for post in posts if post.client_message_id.int % 10])
        kept = iter(outcomes)
        return [next(kept) if post.client_message_id.int % 10 else 1 for post in posts]

    group_commit.write_log = store_most


def forgetful():
    """Posts are stored under ids of the server's own, so that resending one stores it twice."""
    store = group_commit.write_log

    def store_as_new(posts):
        return store([replace(post, client_message_id=uuid4()) for post in posts])

    group_commit.write_log = store_as_new


def hasty_with(kind):
    """Every third change of a kind is acknowledged and not stored."""

    def break_it():
        apply, count = messages.change_messages, itertools.count()

        def apply_most(room_id, head, asked, now):
            kept = {
                key: each
                for key, each in asked.items()
                if not isinstance(each, kind) or next(count) % 3
            }
            outcomes, changed = apply(room_id, head, kept, now)
            return {key: outcomes.get(key, head) for key in asked}, changed

        messages.change_messages = apply_most

    return break_it


def toggling():
    """A reaction that is set again, as after a lost reply, is removed."""
    apply = changes._Reactions.apply

    def toggle(reactions, change):
        if change.on and (change.author_id, change.emoji) in reactions._present:
            change = replace(change, on=False)
        apply(reactions, change)

    changes._Reactions.apply = toggle


def miscounting():
    """Reactions are counted one too many."""
    counts = ReactionQuerySet.counts

    def count_one_more(reactions, message):
        found = counts(reactions, message)
        return [structs.replace(each, count=each.count + 1) for each in found]

    ReactionQuerySet.counts = count_one_more


def wasteful():
    """Changes of messages take a seq more than they need."""
    apply = messages.change_messages

    def apply_higher(room_id, head, asked, now):
        outcomes, changed = apply(room_id, head + 1, asked, now)
        return outcomes, changed and [changed[0], *changed]

    messages.change_messages = apply_higher


def nostalgic():
    """The replay buffer keeps the older versions of a message beside the newest one."""
    keep, numbers = ReplayBuffer._keep, itertools.count(1)

    def keep_all(buffer, change):
        if outdated := buffer._changes.pop(change.message_seq, None):
            buffer._changes[-next(numbers)] = outdated
        keep(buffer, change)
        changes = sorted(buffer._changes.items(), key=lambda item: item[1].seq)
        buffer._changes.clear()
        buffer._changes.update(changes)

    ReplayBuffer._keep = keep_all


def secretive():
    """Changes of messages are announced without the messages."""
    announce = announcements.publish

    def announce_posts(slug, announcement):
        posts = [each for each in announcement.changes or () if each.is_post]
        announce(slug, structs.replace(announcement, changes=posts))

    announcements.publish = announce_posts


def counting_from_the_cursor():
    """Readers get only the messages after their cursor, not the changes of those before it."""
    frames_after = ReplayBuffer.frames_after

    def later_messages(buffer, cursor):
        frames = frames_after(buffer, cursor)
        if not frames or cursor == frames[-1].head:
            return frames
        found = [each for frame in frames for each in frame.changes if each.message_seq > cursor]
        return split_into_frames(cursor, buffer.head, found)

    ReplayBuffer.frames_after = later_messages


def mixing_pages():
    """Newcomers get the newest changes, and not the newest messages."""

    def newest_changes(buffer):
        return buffer.frames_after(max(buffer.floor, buffer.head - PAGE))

    ReplayBuffer.page_frames = newest_changes


def stalled_by_commands():
    """Each typing.start blocks the event loop for a moment."""
    start_typing = HANDLERS[StartTyping]

    async def stall(visitor, command):
        time.sleep(0.05)
        return await start_typing(visitor, command)

    HANDLERS[StartTyping] = stall


def hasty_with_acts():
    """Every second act is acknowledged and not done."""
    perform, numbers = moderation_commands.perform, itertools.count()

    def perform_some(slug, actor, act):
        if next(numbers) % 2 == 0:
            perform(slug, actor, act)

    moderation_commands.perform = perform_some


def renaming_acts():
    """Acts are stored under ids of the server's own, so that one sent again is done twice."""
    perform = moderation_commands.perform

    def perform_as_new(slug, actor, act):
        perform(slug, actor, structs.replace(act, act_id=uuid4()))

    moderation_commands.perform = perform_as_new


def indulgent():
    """The replay buffer passes sweeps on, and keeps the words."""
    ReplayBuffer._apply = lambda *_: None


def discreet():
    """Readers are not sent the sweeps."""
    frame = replay_buffer.RoomChanged
    replay_buffer.RoomChanged = lambda after, head, messages, sweeps: frame(after, head, messages)


def unforgiving():
    """A sweep that is undone stays removed."""

    def restore_nothing(work, entry):
        entry.restored_seq = work.next_seq()

    acts.UNDOING["sweep"] = acts.UNDOING["sweep"]._replace(undo=restore_nothing)


SABOTAGES = {
    "deaf": deaf,
    "careless": careless,
    "hasty": hasty,
    "forgetful": forgetful,
    "hasty with edits": hasty_with(Edit),
    "hasty with reactions": hasty_with(React),
    "toggling": toggling,
    "miscounting": miscounting,
    "wasteful": wasteful,
    "nostalgic": nostalgic,
    "secretive": secretive,
    "counting from the cursor": counting_from_the_cursor,
    "mixing pages": mixing_pages,
    "stalled by commands": stalled_by_commands,
    "hasty with acts": hasty_with_acts,
    "renaming acts": renaming_acts,
    "indulgent": indulgent,
    "discreet": discreet,
    "unforgiving": unforgiving,
}
