"""What is on this machine's disk: free space, the collected static files, the backups."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

from django.conf import settings

from chatsite.doctor import lines
from chatsite.doctor.finding import Finding, check, fine, note, wrong
from chatsite.startup import static_files_changed

LEAST = 500 * 1024 * 1024  # bytes
OLDEST = 2  # days


@check("disk")
def disk_has_room() -> Finding:
    folder = settings.DATA_DIR
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < LEAST:
        return wrong(
            "disk",
            f"{_mib(free)} are free at {folder}; on a full disk no message can be stored.",
            f"du -xh --max-depth=2 {folder}: free at least {_mib(LEAST)}, or move DATA_DIR",
        )
    return fine("disk", f"{_mib(free)} are free at {folder}")


@check("static files")
def static_files_are_collected() -> Finding:
    if settings.DEBUG:
        return fine("static files", "with DEBUG they are served from the sources")
    root = Path(settings.STATIC_ROOT)
    manifest = root / "staticfiles.json"
    if not manifest.exists():
        return wrong("static files", f"There are no collected files in {root}.", lines.COLLECT)
    named = json.loads(manifest.read_text())["paths"].values()
    missing = [name for name in named if not (root / name).exists()]
    if missing:
        return wrong("static files", f"{missing[0]} is missing in {root}.", lines.COLLECT)
    if static_files_changed():
        return wrong("static files", f"{root} is older than the code.", lines.COLLECT)
    return fine("static files", f"{len(named)} collected")


@check("backup")
def backup_is_recent(folder: Path) -> Finding:
    kept = [path for path in folder.glob("*") if path.is_file()] if folder.is_dir() else []
    if not kept:
        return note(
            "backup",
            f"There is none in {folder}.",
            "systemctl enable --now chat-backup.timer; elsewhere: doctor --backups FOLDER",
        )
    newest = max(kept, key=lambda path: path.stat().st_mtime)
    days = (time.time() - newest.stat().st_mtime) / 86400
    if days > OLDEST:
        return wrong(
            "backup",
            f"The newest, {newest}, is {days:.0f} days old.",
            "systemctl status chat-backup.timer chat-backup.service",
        )
    return fine("backup", f"{newest} is {days * 24:.0f} hours old")


def _mib(count: int) -> str:
    return f"{count / 1024 / 1024:,.0f} MiB"
