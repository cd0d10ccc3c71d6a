"""What moderators decided, in backups, moves and exports."""

from __future__ import annotations

import gzip
import io
from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest
from django.core.management import call_command
from django.utils import timezone

from chat.archive import members
from chat.archive.loading import exclusive, replace_all
from chat.archive.tables import copied_models, parts_of
from chat.models import Member, Message, Pin, Reaction, RemovedText, Room
from chat.services.messages import write_log
from chat.services.moderation.keys import claim, new_key
from chat.services.moderation.members import Written, record
from chat.services.moderation.reports import report
from chat.services.moderation.state import load_moderation
from chat.services.writes import React
from tests.archive.test_restore import as_lines, backup, restore, rewritten
from tests.archive.test_restored_changes import part_of
from tests.moderators import (
    ALICE,
    BOB,
    MO,
    appoint,
    approve,
    ban,
    mute,
    person,
    pin,
    remove,
    set_rules,
    sweep,
    undo,
)
from tests.posts import post, posts

pytestmark = pytest.mark.django_db(transaction=True)

HELD = replace(post("Buy!", author="carol"), held=True)


@pytest.fixture
def moderated():
    """A room with something in every table; the act that removed message 2, and the room's key."""
    appoint()
    write_log([*posts(3), post("Bye", author="mallory")])
    for author in ("bob", "alice"):
        write_log([React("lobby", author, author.capitalize(), 2, "👍", on=True)])
    now = timezone.now()
    record([Written("lobby", "alice", now - timedelta(hours=1), 3, "hash", now)])
    write_log([HELD])
    report("lobby", person(ALICE), 3, "Spam")
    pin(MO, 1)
    set_rules(MO, slow_seconds=5)
    mute(MO, "bob", 3600)
    ban(MO, "alice")
    sweep(MO, "mallory")
    return remove(MO, 2), new_key("lobby")


def rows():
    """What all tables have, but for epochs."""
    return {
        model._meta.label: [
            {name: value for name, value in row.items() if name != "epoch"}
            for row in model._base_manager.order_by("pk").values()
        ]
        for model in copied_models()
    }


def test_everything_is_restored_and_goes_on_working(moderated, tmp_path):
    act_id, key = moderated
    before, state = rows(), load_moderation("lobby")
    assert all(before[f"chat.{name}"] for name in ("Act", "Role", "HeldMessage", "Report"))
    assert all(before[f"chat.{name}"] for name in ("Pin", "Member", "RemovedText", "Reaction"))
    backup(tmp_path / "all.gz")

    restore(tmp_path / "all.gz", "--replace", "--yes")

    assert rows() == before
    assert load_moderation("lobby") == state
    undo(MO, act_id)
    assert Message.objects.get(seq=2).body == "2"
    assert Message.objects.get(seq=2).reaction_counts[0].count == 2
    approve(MO, HELD.client_message_id)
    claim("lobby", person(BOB), key)


def test_reactions_to_what_cannot_be_restored_are_not_copied(moderated, tmp_path):
    assert Reaction.objects.count() == 2
    RemovedText.objects.filter(message__seq=2).delete()
    backup(tmp_path / "all.gz")

    restore(tmp_path / "all.gz", "--replace", "--yes")

    assert not Reaction.objects.exists()


def test_a_removed_text_whose_message_is_gone_is_no_reason_to_refuse_a_backup(moderated, tmp_path):
    """The previous release deletes messages, and knows no removed texts."""
    Message.objects.filter(seq=2).delete()
    assert RemovedText.objects.exclude(message__in=Message.objects.all()).count() == 1
    backup(tmp_path / "all.gz")

    restore(tmp_path / "all.gz", "--replace", "--yes")

    assert Message.objects.count() == 3


def test_a_backup_of_the_previous_release_has_no_moderation_and_its_authors_are_members(
    moderated, tmp_path
):
    backup(tmp_path / "all.gz")
    new = ("act", "role", "removedtext", "heldmessage", "report", "pin", "member")

    def as_before(objects):
        for name in new:
            objects[0]["counts"].pop(f"chat.{name}")
            at = next(at for at, each in enumerate(objects) if part_of(each) == f"chat.{name}")
            del objects[at : at + 1 + objects[at]["count"]]
        for part, columns in (
            ("chat.message", ["removed"]),
            ("chat.room", ["moderation_version", "rules", "key_hash", "raid_until"]),
        ):
            at = next(at for at, each in enumerate(objects) if part_of(each) == part)
            for name in columns:
                gone = objects[at]["columns"].index(name)
                for each in [
                    objects[at]["columns"],
                    *objects[at + 1 : at + 1 + objects[at]["count"]],
                ]:
                    del each[gone]
        return as_lines(objects)

    rewritten(tmp_path / "all.gz", as_before)

    restore(tmp_path / "all.gz", "--replace", "--yes")

    moderation = load_moderation("lobby")
    assert moderation.is_plain
    assert (moderation.roles, moderation.pins, moderation.held) == ({}, (), {})
    written = Member.objects.values_list("author_id", "written")
    assert list(written) == [("alice", 2)], "the others' messages were deleted"
    assert moderation.version, "without one, processes do not read who is a regular"
    assert Room.objects.get().key_hash == ""


def test_an_upgrade_and_a_copy_make_the_same_people_members():
    migration = import_module("chat.migrations.0006_members")

    assert (migration.MEMBERS, migration.VERSIONS) == (members.MEMBERS, members.VERSIONS)


def test_a_database_moves_with_everything_and_keeps_its_epochs(moderated, tmp_path):
    before = rows(), Room.objects.get().epoch
    parts = [replace(part, rows=iter_of(list(part.rows))) for part in parts_of("default")]

    with exclusive("default"):
        replace_all(parts, alias="default", new_epochs=False, progress=lambda *_: None)

    assert (rows(), Room.objects.get().epoch) == before


def iter_of(rows):
    yield from rows


def exported(*options):
    out = io.StringIO()
    call_command("export", "lobby", *options, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["jsonl", "html"])
def test_an_export_has_no_key_no_removed_words_and_nobody_who_reacted_to_them(
    moderated, tmp_path, kind
):
    _, key = moderated
    Message.objects.filter(seq=1).update(body="Kept words")
    RemovedText.objects.update(body="Removed words")

    text = exported("--format", kind)

    assert "Kept words" in text
    for secret in (key, Room.objects.get().key_hash, "Removed words", "Buy!", "👍", "hash"):
        assert secret not in text
    if kind == "jsonl":
        assert text.count('"removed":true') == 2


def test_a_backup_keeps_the_hash_of_a_key_and_not_the_key(moderated, tmp_path):
    _, key = moderated
    backup(tmp_path / "all.gz")

    text = gzip.decompress((tmp_path / "all.gz").read_bytes()).decode()

    assert Room.objects.get().key_hash in text
    assert key not in text
    assert Pin.objects.count() == 1
