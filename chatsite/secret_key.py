"""The SECRET_KEY of a server on SQLite: created once, and kept next to the database."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def kept_secret_key(path: Path) -> str:
    """The key in the file at `path`, which is created with mode 0600 if it does not exist.

    Two processes that start at the same time agree: the file appears complete or not at all, and
    the second process to link it reads what the first wrote.

    Raises ImproperlyConfigured if the file cannot be written or read, or is damaged. A damaged one
    is not replaced: a new secret makes everyone a new guest, which only the operator may decide.
    """
    try:
        if not path.exists():
            _create(path)
        key = path.read_bytes().decode("ascii", "replace").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR is {str(path.parent)!r}, but the secret key cannot be kept there:"
            f" {error.strerror} ({path}). Set DATA_DIR to a folder that the server can write."
        ) from error
    if not (key and key.isascii() and key.isprintable()):
        raise ImproperlyConfigured(
            f"{path} is empty or damaged. It holds the secret that signs guests' cookies. Restore"
            " it from a backup. Without one, delete the file: the next start makes a new secret,"
            " and everyone returns as a new guest. Messages are not affected."
        )
    return key


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
            file.flush()
            os.fsync(descriptor)  # before the link, or a power failure could leave an empty file
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    _fsync_folder(path.parent)


def _fsync_folder(folder: Path) -> None:
    """Make a new file's name durable as well as its content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
