"""Edits, deletions, replies and reactions in backups, and backups of releases without them."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest

from chat.models import Message, Reaction, Room
from chat.protocol.frames import Reaction as Reactions
from chat.services.messages import write_log
from chat.services.writes import Delete, Edit, React
from tests.archive.test_restore import as_lines, backup, restore, rewritten
from tests.posts import post, posts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def changed(tmp_path):
    """A backup of messages that were edited, deleted, replied to and reacted to."""
    write_log([*posts(3), post("My password is hunter2", author="bob")])
    write_log([replace(post("Yes"), reply_to_seq=1)])
    alice, bob = ("lobby", "alice"), ("lobby", "bob")
    write_log([Edit(*alice, 1, "Edited"), React(*alice, "Alice", 4, "👍", on=True)])
    for person, emoji in ((bob, "👍"), (alice, "🦉"), (alice, "👍")):
        write_log([React(*person, person[1].capitalize(), 2, emoji, on=True)])
    write_log([Delete(*bob, 4)])
    backup(tmp_path / "changed.gz")
    return tmp_path / "changed.gz"


def contents():
    """The messages as on the wire, and the reactions."""
    messages = Message.objects.order_by("seq")
    reactions = Reaction.objects.order_by("id")
    fields = ("message__seq", "emoji", "author_id", "author_name")
    return [each.as_frame() for each in messages], list(reactions.values_list(*fields))


def test_edits_deletions_replies_and_reactions_are_restored(changed):
    before = contents()
    assert [str(each.edited_at or "")[:2] for each in before[0]] == ["20", "", "", "", ""]
    assert before[0][1].reactions == [
        Reactions("👍", 2, ["bob", "alice"]),
        Reactions("🦉", 1, ["alice"]),
    ]
    assert before[0][4].reply_to_seq == 1
    assert b"hunter2" not in gzip.decompress(changed.read_bytes())
    Reaction.objects.all().delete()
    Message.objects.all().delete()

    restore(changed, "--replace", "--yes")

    assert contents() == before
    head = Room.objects.get().head
    assert write_log([React("lobby", "eve", "Eve", 2, "👍", on=True)]) == [head + 1]
    assert Message.objects.get(seq=2).reaction_counts[0].count == 3


def test_a_backup_of_the_previous_release_is_restored(changed):
    def as_before(objects):
        objects[0]["counts"].pop("chat.reaction")
        at = next(at for at, each in enumerate(objects) if part_of(each) == "chat.reaction")
        del objects[at : at + 1 + objects[at]["count"]]
        at = next(at for at, each in enumerate(objects) if part_of(each) == "chat.message")
        for name in ("reply_to_seq", "edited_at", "deleted_at", "reactions"):
            gone = objects[at]["columns"].index(name)
            for each in [objects[at]["columns"], *objects[at + 1 : at + 1 + objects[at]["count"]]]:
                del each[gone]
        return as_lines(objects)

    rewritten(changed, as_before)

    restore(changed, "--replace", "--yes")

    messages, reactions = contents()
    assert [each.body for each in messages] == ["Edited", "2", "3", "", "Yes"]
    assert not reactions
    for each in messages:
        assert (each.reply_to_seq, each.edited_at, each.deleted_at) == (None, None, None)
        assert each.reactions == []


def part_of(each):
    return each.get("part") if isinstance(each, dict) else None


@pytest.mark.parametrize("text", ["", "nonsense", '[{"emoji":"👍","count":9,"author_ids":[]}]'])
def test_the_reactions_of_messages_are_made_anew_from_their_rows(changed, text):
    before = contents()

    def change(objects):
        at = next(at for at, each in enumerate(objects) if part_of(each) == "chat.message")
        column = objects[at]["columns"].index("reactions")
        for row in objects[at + 1 : at + 1 + objects[at]["count"]]:
            row[column] = text
        return as_lines(objects)

    rewritten(changed, change)

    restore(changed, "--replace", "--yes")

    assert contents() == before


def test_reactions_to_a_deleted_message_are_not_restored(changed):
    before = contents()

    def change(objects):
        at = next(at for at, each in enumerate(objects) if part_of(each) == "chat.message")
        rows = objects[at + 1 : at + 1 + objects[at]["count"]]
        ids = {row[objects[at]["columns"].index("seq")]: row[0] for row in rows}
        at = next(at for at, each in enumerate(objects) if part_of(each) == "chat.reaction")
        row = list(objects[at + 1])
        row[0] = 10**6
        row[objects[at]["columns"].index("message_id")] = ids[4]
        objects.insert(at + 1, row)
        objects[at]["count"] += 1
        objects[0]["counts"]["chat.reaction"] += 1
        return as_lines(objects)

    rewritten(changed, change)

    restore(changed, "--replace", "--yes")

    assert contents() == before
