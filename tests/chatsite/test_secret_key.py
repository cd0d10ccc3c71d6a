"""The kept SECRET_KEY is written safely, and never replaced silently."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from chatsite.secret_key import kept_secret_key


@pytest.mark.parametrize("content", [b"", b"\n", b"\0" * 67, b"\xff" * 67, b"half\0\0\0"])
def test_a_damaged_secret_is_refused_and_left_as_it_is(tmp_path, content):
    path = tmp_path / "secret_key"
    kept = kept_secret_key(path)
    assert kept_secret_key(path) == kept

    path.write_bytes(content)
    with pytest.raises(ImproperlyConfigured) as refused:
        kept_secret_key(path)

    assert f"{path} is empty or damaged" in str(refused.value)
    assert "backup" in str(refused.value)
    assert "delete the file" in str(refused.value)
    assert path.read_bytes() == content


def test_a_secret_is_synced_to_disk_before_it_is_linked(tmp_path, monkeypatch):
    path = tmp_path / "secret_key"
    done = []
    fsync, link = os.fsync, os.link

    def noted_fsync(descriptor):
        size = os.fstat(descriptor).st_size
        kind = "folder" if os.path.isdir(f"/proc/self/fd/{descriptor}") else f"{size} bytes"
        done.append(f"fsync of {kind}")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "link", lambda old, new: (done.append("link"), link(old, new)))

    key = kept_secret_key(path)

    assert done == [f"fsync of {len(key)} bytes", "link", "fsync of folder"]


def test_a_folder_that_cannot_hold_the_secret_is_named():
    with pytest.raises(ImproperlyConfigured, match=r"'/dev/null/data'.+Not a directory"):
        kept_secret_key(Path("/dev/null/data/secret_key"))


def test_no_draft_is_left_when_the_secret_cannot_be_linked(tmp_path, monkeypatch):
    def refuse(old, new):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)

    with pytest.raises(ImproperlyConfigured, match="Operation not permitted"):
        kept_secret_key(tmp_path / "secret_key")

    assert not list(tmp_path.iterdir())
