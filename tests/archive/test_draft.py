"""An unfinished file is removed: by its process, or by the next one if that was killed."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from chat.archive.draft import draft_of
from testing.processes import ROOT

UNIT = ROOT / "deploy" / "systemd" / "chat-backup.service"
WRITER = """
import sys
from pathlib import Path
from chat.archive.draft import draft_of

with draft_of(Path(sys.argv[1])) as file:
    file.write(b"half")
    print("writing", flush=True)
    sys.stdin.read()
"""


@contextmanager
def writing(path):
    """Another process that has begun to write `path`; killed at the end."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", WRITER, path], cwd=ROOT, **pipes) as process:
        try:
            assert process.stdout.readline() == b"writing\n"
            yield
        finally:
            process.kill()


def write(path, content=b"whole"):
    with draft_of(path) as file:
        file.write(content)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_complete_and_only_its_owner_may_read_it(tmp_path):
    with draft_of(tmp_path / "file") as file:
        file.write(b"whole")
        assert "file" not in names(tmp_path)

    assert names(tmp_path) == ["file"]
    assert (tmp_path / "file").read_bytes() == b"whole"
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


def test_a_failure_leaves_no_draft_and_the_file_unchanged(tmp_path):
    write(tmp_path / "file")

    with pytest.raises(KeyError), draft_of(tmp_path / "file") as file:
        file.write(b"half")
        raise KeyError

    assert names(tmp_path) == ["file"]
    assert (tmp_path / "file").read_bytes() == b"whole"


def test_the_draft_of_a_killed_process_is_removed_and_one_being_written_is_not(
    tmp_path,
):
    path = tmp_path / "file [1]*.gz"
    with writing(path):
        write(path)
        assert len(names(tmp_path)) == 2, "the other process still writes"
    assert len(names(tmp_path)) == 2, "it was killed and left its draft"

    write(path)

    assert names(tmp_path) == [path.name]


def test_drafts_of_other_versions_are_removed_and_other_files_stay(tmp_path):
    others = [".other.4711.part", "file.part", ".file.4711", ".file.linked.part"]
    for name in (*others[:-1], ".file.4711.part"):
        (tmp_path / name).write_text("half")
    (tmp_path / others[-1]).symlink_to(tmp_path / "file.part")

    write(tmp_path / "file")

    assert names(tmp_path) == sorted([*others, "file"])


def test_the_backup_service_deletes_old_backups_and_drafts_of_killed_ones(tmp_path):
    (command,) = [
        line.partition("=")[2].replace("/var/backups/chat", str(tmp_path))
        for line in UNIT.read_text().splitlines()
        if line.startswith("ExecStartPost=")
    ]
    kept = ["chat-now.jsonl.gz", "chat-week.jsonl.gz", ".chat-now.jsonl.gz.a1.part", "notes-old"]
    gone = ["chat-old.jsonl.gz", ".chat-old.jsonl.gz.a1.part", ".chat-week.jsonl.gz.4711.part"]
    for name in (*kept, *gone):
        (tmp_path / name).touch()
        days = 40 if "old" in name else 7 if "week" in name else 0
        then = time.time() - days * 24 * 3600
        os.utime(tmp_path / name, (then, then))

    subprocess.run(shlex.split(command), check=True)  # systemd expands no patterns either

    assert names(tmp_path) == sorted(kept)
