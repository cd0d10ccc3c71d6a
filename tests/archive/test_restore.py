"""Which backup files are accepted, which are refused, and that a refusal changes nothing."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import resource
import stat

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import connection

from chat.models import Message, Room
from chat.services.messages import write_log
from tests.managing import manage
from tests.posts import posts

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def file(tmp_path):
    """A backup of three messages in the lobby."""
    write_log(posts(3))
    backup(tmp_path / "backup.gz")
    return tmp_path / "backup.gz"


def backup(path, *options):
    out = io.StringIO()
    call_command("backup", path, *options, stdout=out)
    return out.getvalue()


def restore(path, *options):
    out = io.StringIO()
    call_command("restore", path, *options, stdout=out)
    return out.getvalue()


def bodies():
    return list(Message.objects.order_by("seq").values_list("body", flat=True))


def rewritten(path, change):
    """The backup with changed lines and a corrected checksum."""
    *lines, _ = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    text = b"".join(change([json.loads(line) for line in lines]))
    trailer = json.dumps({"sha256": hashlib.sha256(text).hexdigest()})
    path.write_bytes(gzip.compress(text + trailer.encode() + b"\n"))


def as_lines(objects):
    return [json.dumps(each).encode() + b"\n" for each in objects]


def without_titles(objects):
    for place, each in enumerate(objects):
        if isinstance(each, dict) and each.get("part") == "chat.room":
            gone = each["columns"].index("title")
            del each["columns"][gone], objects[place + 1][gone]
    return as_lines(objects)


def test_a_backup_restores_exactly_what_was_saved(file):
    before = Room.objects.get()
    write_log([*posts(2), *posts(1, slug="attic")])

    said = restore(file, "--replace", "--yes")

    assert "1 rooms with 3 messages" in said
    assert bodies() == ["1", "2", "3"]
    room = Room.objects.get()
    assert (room.slug, room.head, room.created_at) == ("lobby", 3, before.created_at)
    assert room.epoch != before.epoch
    (next_one,) = write_log(posts(1))
    assert next_one == 4
    assert Message.objects.order_by("id").last().seq == 4, "ids go on after those restored"


def test_accounts_are_restored_with_their_permissions(file):
    alice = User.objects.create_user("alice", password="correct horse battery", is_staff=True)
    alice.user_permissions.add(Permission.objects.get(codename="change_room"))
    said = backup(file, "--overwrite")
    assert "1 accounts" in said
    alice.delete()

    restore(file, "--replace", "--yes")

    again = User.objects.get()
    assert again.check_password("correct horse battery")
    assert again.has_perm("chat.change_room")
    assert not again.has_perm("chat.view_message")


def test_only_its_owner_reads_a_backup_and_no_other_file_is_left(file):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_file_is_not_overwritten_unless_asked(file):
    before = file.read_bytes()

    with pytest.raises(CommandError, match=r"exists.*--overwrite"):
        backup(file)
    assert file.read_bytes() == before

    write_log(posts(1))
    assert "4 messages" in backup(file, "--overwrite")


def test_a_database_that_is_not_empty_is_not_replaced_unless_asked(file):
    with pytest.raises(CommandError, match=r"not empty.*3 messages.*--replace"):
        restore(file)
    with pytest.raises(CommandError, match="--yes"):
        restore(file, "--replace")

    assert bodies() == ["1", "2", "3"]


def test_a_lobby_without_messages_counts_as_empty(file):
    Message.objects.all().delete()
    Room.objects.update(head=0)

    restore(file)

    assert bodies() == ["1", "2", "3"]


@pytest.mark.parametrize("damage", ["cut", "flipped", "text", "empty", "swapped"])
def test_a_damaged_file_is_refused_before_anything_changes(file, damage):
    content = bytearray(file.read_bytes())
    if damage == "cut":
        del content[-20:]
    elif damage == "flipped":
        content[len(content) // 2] ^= 0x10
    elif damage == "swapped":
        lines = gzip.decompress(content).replace(b'"3"', b'"4"')
        content = gzip.compress(lines)
    else:
        content = b"hello" if damage == "text" else b""
    file.write_bytes(content)

    with pytest.raises(CommandError, match=r"(damaged|no backup).*Nothing was changed"):
        restore(file, "--replace", "--yes")

    assert bodies() == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("field", "value"), [("format", 2), ("part", "chat.reaction"), ("columns", ["id", "mood"])]
)
def test_a_backup_of_a_later_version_is_refused_and_the_error_names_the_fix(file, field, value):
    def change(objects):
        next(each for each in objects if field in each)[field] = value
        if field == "part":
            objects[0]["counts"] = {"chat.reaction": 1, "chat.message": 3}
        return as_lines(objects)

    rewritten(file, change)

    with pytest.raises(CommandError, match=r"(?i)install.*Nothing was changed"):
        restore(file, "--replace", "--yes")

    assert bodies() == ["1", "2", "3"]


def test_an_older_backup_gets_defaults_for_newer_columns(file):
    rewritten(file, without_titles)

    restore(file, "--replace", "--yes")

    assert Room.objects.get().title == ""
    assert bodies() == ["1", "2", "3"]


def test_a_backup_that_contradicts_itself_changes_nothing(file):
    def twice(objects):
        lines = as_lines(objects)
        return [*lines[:-1], lines[-2]]

    rewritten(file, twice)

    with pytest.raises(CommandError, match=r"Line \d+.*Nothing was changed"):
        restore(file, "--replace", "--yes")

    assert bodies() == ["1", "2", "3"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a file's limit stands for a full disk")
def test_a_full_disk_leaves_no_half_backup_and_no_half_restore(tmp_path):
    write_log(posts(2_000))
    backup(tmp_path / "backup.gz")

    def full():
        # More than SQLite needs to read (32 KiB of shared memory), less than either copy.
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    settings = {"DATA_DIR": tmp_path / "data", "SECRET_KEY": "x" * 50}
    manage("restore", tmp_path / "backup.gz", **settings)
    half = manage("backup", tmp_path / "half.gz", check=False, preexec_fn=full, **settings)

    assert half.returncode == 1
    assert "half.gz: File too large" in half.stdout
    assert "No backup was made" in half.stdout
    assert [path.name for path in tmp_path.glob("*half*")] == []

    again = manage(
        *["restore", tmp_path / "backup.gz", "--replace", "--yes"],
        check=False,
        preexec_fn=full,
        **settings,
    )
    assert again.returncode == 1
    assert "Nothing was changed" in again.stdout
    assert "2,000 messages" in manage("backup", tmp_path / "whole.gz", **settings).stdout
