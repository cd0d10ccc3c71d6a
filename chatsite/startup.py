"""Prepares the database tables and static files before the first request."""

from __future__ import annotations

import fcntl
import json
import logging
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.management.commands import collectstatic
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from chatsite.static_files import HashedStaticFilesStorage

logger = logging.getLogger(__name__)

MIGRATION_LOCK = 0x63686174  # any number, the same for all processes that migrate a database
MIN_SECRET_LENGTH = 32  # characters
RETRY_INTERVAL = 0.2  # seconds

_held_until_exit: list[IO[str]] = []


def prepare() -> None:
    """Apply pending migrations (if MIGRATE_AT_START) and collect static files that have changed.

    Several processes may call this at the same time, on one machine or many: one does the work, the
    others wait. Raises ImproperlyConfigured if DATA_DIR cannot be written.
    """
    for sentence in settings.OUTDATED_SETTINGS:
        logger.warning("Settings: %s", sentence)
    _warn_about_a_short_secret()
    try:
        _warn_about_another_server()
        if settings.MIGRATE_AT_START:
            migrate()
        with _only_process(settings.DATA_DIR / "start.lock"):
            if not settings.DEBUG and static_files_changed():
                _collect_static_files()
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR is {str(settings.DATA_DIR)!r}, but the chat cannot write there:"
            f" {error.strerror or error} ({error.filename or 'while collecting static files'})."
            " Check its owner and the free space on its disk."
        ) from error
    connections[DEFAULT_DB_ALIAS].close()


def migrate(alias: str = DEFAULT_DB_ALIAS) -> None:
    """Apply pending migrations, in one process at a time."""
    connection = connections[alias]
    with _only_process(settings.DATA_DIR / "start.lock"):
        if _has_pending_migrations(connection):
            with _only_migrator(connection):
                if _has_pending_migrations(connection):
                    logger.info("Applying migrations")
                    call_command("migrate", database=alias, interactive=False, verbosity=0)


def _warn_about_a_short_secret() -> None:
    """Only a warning: an error would stop servers that run today when they are upgraded."""
    if len(settings.SECRET_KEY) < MIN_SECRET_LENGTH:
        logger.warning(
            "SECRET_KEY has only %d characters. It signs guests' cookies, and anyone who guesses it"
            " can forge them. Set it to 50 random characters; everyone then returns as a new guest,"
            " once.",
            len(settings.SECRET_KEY),
        )


def is_being_served() -> bool:
    """Whether another process serves the SQLite database in DATA_DIR."""
    lock = settings.DATA_DIR / "serving.lock"
    if _held_until_exit or not lock.exists():
        return False
    with lock.open() as file:
        return not _try_lock(file)


def _warn_about_another_server() -> None:
    """Hold a lock until this process exits, so that a second one notices."""
    if _held_until_exit or not settings.EMBEDDED or settings.REDIS_URL:
        return
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    _held_until_exit.append((settings.DATA_DIR / "serving.lock").open("w"))
    if not _try_lock(_held_until_exit[-1]):
        logger.warning(
            "Another process already serves %s. Without REDIS_URL they do not receive each other's"
            " events: messages take up to 2 seconds from one to the other, and nobody sees the"
            " people on the other one. Set REDIS_URL for both, or stop one.",
            settings.DATA_DIR,
        )


def _try_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _only_process(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # released when the file is closed
        yield


@contextmanager
def _only_migrator(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Hold an advisory lock in PostgreSQL, because a file lock does not reach other machines.

    This polls: a statement that waited for the lock would hold a snapshot, and CREATE INDEX
    CONCURRENTLY in the other process would wait for that. PostgreSQL releases the lock when the
    connection ends for any reason.
    """
    if connection.vendor != "postgresql":
        yield
        return
    while not _query(connection, "SELECT pg_try_advisory_lock(%s)"):
        time.sleep(RETRY_INTERVAL)
    try:
        yield
    finally:
        _query(connection, "SELECT pg_advisory_unlock(%s)")


def _query(connection: BaseDatabaseWrapper, sql: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [MIGRATION_LOCK])
        return bool(cursor.fetchone()[0])


def _has_pending_migrations(connection: BaseDatabaseWrapper) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def static_files_changed() -> bool:
    """Whether a source is newer than the manifest, or the manifest is missing or truncated."""
    manifest = _manifest()
    if not _is_complete(manifest):
        return True
    collected_at = manifest.stat().st_mtime
    sources = [
        Path(storage.path(path)) for finder in get_finders() for path, storage in finder.list([])
    ]
    return any(source.stat().st_mtime > collected_at for source in sources)


def _collect_static_files() -> None:
    """Collect into a new folder, and move the files from there once all are complete.

    A process of another release may be serving: it never misses a file, and never reads part of
    one. An interrupted run leaves at most the new folder, which the next run removes.
    """
    root = Path(settings.STATIC_ROOT)
    collected = root.with_name(f"{root.name}.new")
    shutil.rmtree(collected, ignore_errors=True)
    collect = collectstatic.Command()
    collect.storage = HashedStaticFilesStorage(location=collected)
    try:
        call_command(collect, interactive=False, verbosity=0)
        manifest = collected / _manifest().name
        files = [path for path in collected.rglob("*") if path.is_file() and path != manifest]
        for file in [*files, manifest]:  # the manifest last, when the files that it names exist
            place = root / file.relative_to(collected)
            place.parent.mkdir(parents=True, exist_ok=True)
            file.replace(place)
        storage = staticfiles_storage
        if isinstance(storage, HashedStaticFilesStorage):  # it may have read an older manifest
            storage.hashed_files, storage.manifest_hash = storage.load_manifest()
    finally:
        shutil.rmtree(collected, ignore_errors=True)


def _manifest() -> Path:
    return Path(settings.STATIC_ROOT) / "staticfiles.json"


def _is_complete(manifest: Path) -> bool:
    """A full disk or a power failure can truncate it."""
    try:
        return bool(json.loads(manifest.read_bytes())["paths"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return False
