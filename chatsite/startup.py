"""What must be true before the first request: tables and static files as this code needs them."""

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

MIGRATION_LOCK = 0x63686174  # any number that everybody who migrates this database agrees on
SHORTEST_SECRET = 32  # characters
LOOK_AGAIN = 0.2  # seconds

_held_for_life: list[IO[str]] = []


def prepare() -> None:
    """Apply pending migrations (where MIGRATE_AT_START) and collect static files that changed.

    Safe with several processes at once, on one machine or many: one works, the others wait and
    find it done. Raises ImproperlyConfigured where DATA_DIR cannot be written.
    """
    for sentence in settings.OUTDATED_SETTINGS:
        logger.warning("Settings: %s", sentence)
    _warn_of_a_short_secret()
    try:
        _warn_of_another_server()
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
    """Apply pending migrations, as the only process that does so now."""
    connection = connections[alias]
    with _only_process(settings.DATA_DIR / "start.lock"):
        if _has_pending_migrations(connection):
            with _only_migrator(connection):
                if _has_pending_migrations(connection):
                    logger.info("Applying migrations")
                    call_command("migrate", database=alias, interactive=False, verbosity=0)


def _warn_of_a_short_secret() -> None:
    """A warning only: refusing it would stop chats that run today with their upgrade."""
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        logger.warning(
            "SECRET_KEY has only %d characters. Anyone who guesses it can post as anyone else. Set"
            " it to 50 random characters; everyone then returns as a new guest, once.",
            len(settings.SECRET_KEY),
        )


def is_being_served() -> bool:
    """Whether a process, not this one, serves the SQLite database in DATA_DIR."""
    lock = settings.DATA_DIR / "serving.lock"
    if _held_for_life or not lock.exists():
        return False
    with lock.open() as file:
        return not _taken(file)


def _warn_of_another_server() -> None:
    """Hold a lock for as long as this process lives, to notice a second one."""
    if _held_for_life or not settings.EMBEDDED or settings.REDIS_URL:
        return
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    _held_for_life.append((settings.DATA_DIR / "serving.lock").open("w"))
    if not _taken(_held_for_life[-1]):
        logger.warning(
            "Another process already serves %s. Without REDIS_URL they do not hear each other:"
            " messages take up to 2 seconds from one to the other, and nobody sees who is on the"
            " other one. Set REDIS_URL for both, or stop one.",
            settings.DATA_DIR,
        )


def _taken(lock: IO[str]) -> bool:
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
    """Hold the database's own lock, as the file's does not reach other machines.

    It is asked for again and again: a statement that waits for it would hold a snapshot, for
    whose end CREATE INDEX CONCURRENTLY in the other process would wait. PostgreSQL lets go of
    it when the connection ends, however it does.
    """
    if connection.vendor != "postgresql":
        yield
        return
    while not _answer(connection, "SELECT pg_try_advisory_lock(%s)"):
        time.sleep(LOOK_AGAIN)
    try:
        yield
    finally:
        _answer(connection, "SELECT pg_advisory_unlock(%s)")


def _answer(connection: BaseDatabaseWrapper, question: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, [MIGRATION_LOCK])
        return bool(cursor.fetchone()[0])


def _has_pending_migrations(connection: BaseDatabaseWrapper) -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def static_files_changed() -> bool:
    """Whether a source is newer than the manifest, or the manifest is missing or truncated."""
    manifest = _manifest()
    if not _is_whole(manifest):
        return True
    collected_at = manifest.stat().st_mtime
    sources = [
        Path(storage.path(path)) for finder in get_finders() for path, storage in finder.list([])
    ]
    return any(source.stat().st_mtime > collected_at for source in sources)


def _collect_static_files() -> None:
    """Collect into a new folder, and move each file from there when all are complete.

    A process of another release may be serving: it never misses a file, and never reads half of
    one. An interrupted run leaves at most the new folder behind, which the next run removes.
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
        for file in [*files, manifest]:  # the manifest last: every file that it names is there
            place = root / file.relative_to(collected)
            place.parent.mkdir(parents=True, exist_ok=True)
            file.replace(place)
        storage = staticfiles_storage
        if isinstance(storage, HashedStaticFilesStorage):  # it may have read the manifest before
            storage.hashed_files, storage.manifest_hash = storage.load_manifest()
    finally:
        shutil.rmtree(collected, ignore_errors=True)


def _manifest() -> Path:
    return Path(settings.STATIC_ROOT) / "staticfiles.json"


def _is_whole(manifest: Path) -> bool:
    """A full disk or a power cut truncates it."""
    try:
        return bool(json.loads(manifest.read_bytes())["paths"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return False
