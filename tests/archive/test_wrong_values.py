"""A backup with a valid checksum and invalid values is refused with line and field."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection

from chat.archive import file as archive_file
from chat.models import Message
from chat.services.messages import write_log
from tests.posts import posts

pytestmark = pytest.mark.django_db(transaction=True)

DEEP = "[" * 100_000 + "]" * 100_000
TOO_BIG = 2**63


class Lines:
    """The lines of a backup of three messages and an account, to be changed and restored."""

    def __init__(self, path):
        self.path = path
        *lines, _ = gzip.decompress(path.read_bytes()).splitlines()
        self.objects = [json.loads(line) for line in lines]

    def part(self, label):
        """The index of the part's first line, which names its columns."""
        return next(at for at, each in enumerate(self.objects[1:], 1) if label == get(each, "part"))

    def row(self, label, number=0):
        return self.part(label) + 1 + number

    def column(self, label, name):
        return self.objects[self.part(label)]["columns"].index(name)

    def set(self, label, name, value, number=0):
        """Returns the line, counted from 1, that was changed."""
        at = self.row(label, number)
        self.objects[at][self.column(label, name)] = value
        return at + 1

    def remove_column(self, label, name):
        head, gone = self.objects[self.part(label)], self.column(label, name)
        del head["columns"][gone]
        for row in self.objects[self.row(label) :][: head["count"]]:
            del row[gone]

    def restore(self, *, raw=None):
        """`raw` are lines to write as they are, by index."""
        lines = [json.dumps(each) for each in self.objects]
        for at, line in (raw or {}).items():
            lines[at] = line
        text = "".join(f"{line}\n" for line in lines).encode()
        trailer = json.dumps({"sha256": hashlib.sha256(text).hexdigest()})
        self.path.write_bytes(gzip.compress(text + trailer.encode() + b"\n", 1))
        call_command("restore", self.path, "--replace", "--yes", stdout=io.StringIO())


def get(each, name):
    return each.get(name) if isinstance(each, dict) else None


@pytest.fixture
def lines(tmp_path):
    write_log(posts(3))
    User.objects.create_user("alice")
    call_command("backup", tmp_path / "backup.gz", stdout=io.StringIO())
    return Lines(tmp_path / "backup.gz")


def bodies():
    return list(Message.objects.order_by("seq").values_list("body", flat=True))


def refusal(lines, **options):
    """The error that `restore` prints; nothing may have changed."""
    with pytest.raises(CommandError) as error:
        lines.restore(**options)
    assert str(error.value).endswith("Nothing was changed.")
    assert bodies() == ["1", "2", "3"]
    assert User.objects.get().username == "alice"
    return str(error.value)


def test_a_backup_that_was_only_written_anew_is_restored(lines):
    Message.objects.all().delete()

    lines.restore()

    assert bodies() == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("label", "name", "value"),
    [
        ("chat.message", "body", None),
        ("chat.message", "body", 5),
        ("chat.message", "body", ["Hello"]),
        ("chat.message", "author_name", "x" * 33),
        ("chat.message", "author_id", {"id": "alice"}),
        ("chat.message", "client_message_id", "nonsense"),
        ("chat.message", "client_message_id", 7),
        ("chat.message", "posted_at", "yesterday"),
        ("chat.message", "posted_at", "2025-02-30T00:00:00Z"),
        ("chat.message", "posted_at", "0001-01-01T00:00:00+14:00"),
        ("chat.message", "posted_at", 1_700_000_000),
        ("chat.message", "seq", "1"),
        ("chat.message", "seq", 1.5),
        ("chat.message", "seq", True),
        ("chat.message", "seq", TOO_BIG),
        ("chat.message", "changed_seq", -TOO_BIG - 1),
        ("chat.message", "room_id", 999),
        ("chat.message", "room_id", "lobby"),
        ("chat.message", "room_id", TOO_BIG),
        ("chat.message", "id", None),
        ("chat.message", "reply_to_seq", "1"),
        ("chat.message", "edited_at", "yesterday"),
        ("chat.message", "deleted_at", 1_700_000_000),
        ("chat.message", "reactions", None),
        ("chat.message", "reactions", []),
        ("chat.room", "slug", "x" * 65),
        ("chat.room", "head", None),
        ("chat.room", "retention_days", -1),
        ("chat.room", "created_at", [2025]),
        ("auth.user", "is_staff", 1),
        ("auth.user", "is_staff", "yes"),
        ("auth.user", "last_login", ""),
    ],
)
def test_a_wrong_value_is_refused_with_its_line_and_field(lines, label, name, value):
    line = lines.set(label, name, value)

    said = refusal(lines)

    assert said.startswith(f"Line {line}: {name} of {label} ")


@pytest.mark.parametrize("name", ["id", "seq"])
def test_a_duplicate_number_is_refused_with_its_line(lines, name):
    first = lines.objects[lines.row("chat.message")][lines.column("chat.message", name)]
    line = lines.set("chat.message", name, first, number=2)

    said = refusal(lines)

    assert said.startswith(f"Line {line}: ")
    assert name in said


@pytest.mark.parametrize(
    ("label", "name", "value", "words"),
    [
        ("chat.message", "seq", 0, "seq 0"),
        ("chat.message", "seq", -4, "seq -4"),
        ("chat.message", "changed_seq", 4, "changed_seq 4"),
        ("chat.room", "head", 2, "head 2"),
        ("chat.room", "head", 2**53, "head"),
        ("chat.room", "pruned_upto", 9, "pruned_upto 9"),
    ],
)
def test_numbers_that_no_log_can_have_are_refused(lines, label, name, value, words):
    lines.set(label, name, value, number=2 if name == "changed_seq" else 0)

    said = refusal(lines)

    assert words in said
    assert "lobby" in said


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("reply_to_seq", 2, "message_reply_to_earlier"),
        ("reply_to_seq", 3, "message_reply_to_earlier"),
        ("deleted_at", "2026-01-01T00:00:00Z", "message_deleted_is_empty"),
    ],
)
def test_a_message_that_cannot_be_is_refused_with_its_line(lines, name, value, words):
    line = lines.set("chat.message", name, value, number=1)

    said = refusal(lines)

    assert said.startswith(f"Line {line}: the database refuses this row of chat.message")
    assert words in said


@pytest.mark.parametrize("row", ["[1]", "5", "{}", '"x"', "null", "[", DEEP, '["\\ud800"]'])
def test_a_row_that_is_not_a_list_of_values_is_refused_with_its_line(lines, row):
    at = lines.row("chat.message", 1)

    assert f"Line {at + 1}" in refusal(lines, raw={at: row})


@pytest.mark.parametrize("line", ["[]", '{"part": "chat.message"}', DEEP])
def test_a_part_with_a_broken_first_line_is_refused(lines, line):
    at = lines.part("chat.message")

    assert f"Line {at + 1}" in refusal(lines, raw={at: line})


@pytest.mark.parametrize(
    "header",
    [
        DEEP,
        "[]",
        '{"kind": "chat archive", "format": "1"}',
        '{"kind": "chat archive", "format": null}',
        '{"kind": "chat archive", "format": 1, "version": "1", "made_at": "x", "counts": {}}',
        '{"kind": "chat archive", "format": 1, "version": "1",'
        ' "made_at": "2025-01-01T00:00:00Z", "counts": {"chat.room": -1}}',
    ],
)
def test_a_broken_header_is_refused(lines, header):
    assert str(lines.path) in refusal(lines, raw={0: header})


def test_more_rows_than_the_last_part_names_are_refused(lines):
    lines.objects.append([1])

    assert f"Line {len(lines.objects)}" in refusal(lines)


@pytest.mark.parametrize(
    ("label", "name"),
    [("chat.message", "body"), ("chat.message", "seq"), ("chat.room", "id")],
)
def test_a_copy_without_a_field_that_has_no_default_is_refused(lines, label, name):
    lines.remove_column(label, name)

    assert f"no {name} of {label}" in refusal(lines)


def test_a_column_that_is_named_twice_is_refused(lines):
    columns = lines.objects[lines.part("chat.message")]["columns"]
    columns[columns.index("seq")] = "changed_seq"

    assert "chat.message twice" in refusal(lines)


def test_a_table_that_no_backup_holds_is_refused(lines):
    lines.objects[lines.part("auth.user")]["part"] = "sessions.session"
    counts = lines.objects[0]["counts"]
    lines.objects[0]["counts"] = {
        "sessions.session" if label == "auth.user" else label: count
        for label, count in counts.items()
    }

    assert "sessions.session" in refusal(lines)


def test_an_endless_line_is_refused_before_it_fills_the_memory(lines, monkeypatch):
    monkeypatch.setattr(archive_file, "MAX_LINE", 10_000)

    assert "10,000 bytes" in refusal(lines, raw={lines.row("chat.message"): "[" + " " * 10_000})


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps NUL")
def test_what_only_the_database_refuses_is_named_with_its_line(lines):
    line = lines.set("chat.message", "body", "\0", number=1)

    assert refusal(lines).startswith(f"Line {line}: ")


@pytest.mark.parametrize("apart", [1, 1_000])
def test_messages_of_a_room_that_share_an_id_all_stay(lines, apart):
    """As up to 1.1.0, where ids were unique per author. `apart` is in rows."""
    last = lines.row("chat.message", 2)
    for number in range(4, apart + 5):
        row = list(lines.objects[last])
        for name in ("id", "seq", "changed_seq"):
            row[lines.column("chat.message", name)] += number - 3
        row[lines.column("chat.message", "client_message_id")] = str(uuid4())
        lines.objects.insert(last + number - 3, row)
    count = apart + 4
    lines.objects[lines.part("chat.message")]["count"] = count
    lines.objects[0]["counts"]["chat.message"] = count
    lines.set("chat.room", "head", count)
    shared = lines.objects[lines.row("chat.message", 1)]
    key = shared[lines.column("chat.message", "client_message_id")]
    for number in (apart + 1, apart + 3):
        lines.set("chat.message", "client_message_id", key, number=number)
        lines.set("chat.message", "author_id", f"guest{number}", number=number)

    lines.restore()

    seqs = Message.objects.order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, count + 1))
    assert Message.objects.get(client_message_id=UUID(key)).seq == 2
    assert Message.objects.values("client_message_id").distinct().count() == count
