"""`python manage.py doctor URL`: check an installation from the browser to the disk."""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatsite.doctor import Finding, Site, State, examine

BACKUPS = Path("/var/backups/chat")  # where deploy/systemd/chat-backup.service puts them


class Command(BaseCommand):
    help = (
        "Check a running chat: first the way to it, as a user's browser connects, then what is"
        " behind it. Run it on the server's machine, with the server's settings. It stores"
        " nothing. The exit code is 1 if something is wrong."
    )
    requires_system_checks = []  # one of its own checks runs them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", nargs="?", help="the chat's address, default PUBLIC_URL")
        parser.add_argument(
            "--ca", type=Path, metavar="FILE", help="additional certificates to trust"
        )
        parser.add_argument(
            "--backups",
            type=Path,
            default=BACKUPS,
            metavar="FOLDER",
            help=f"where backups are kept, default {BACKUPS}",
        )
        parser.add_argument(
            "--json",
            action="store_true",
            help="print one object per line: check, state, what, change",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        site = site_at(options["url"] or settings.PUBLIC_URL, options["ca"])
        logging.disable(logging.WARNING)  # a check's finding already reports what it causes
        failed = False
        for finding in examine(site, backups=options["backups"]):
            line = json.dumps(asdict(finding)) if options["json"] else self.shown(finding)
            self.stdout.write(line)
            self.stdout.flush()  # the admin page ends a slow run, and shows what it has printed
            failed = failed or finding.state is State.WRONG
        if failed:
            sys.exit(1)

    def shown(self, finding: Finding) -> str:
        style = {State.FINE: self.style.SUCCESS, State.WRONG: self.style.ERROR}
        state = style.get(finding.state, self.style.WARNING)(f"{finding.state:<5}")
        text = f"{state}  {finding.check:<14} {finding.what}"
        return f"{text}\n       {'change':<14} {finding.change}" if finding.change else text


def site_at(url: str, ca: Path | None) -> Site | None:
    """None for an empty `url`. Raises CommandError."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # invalid brackets or port
        is_address = False
    if not is_address:
        raise CommandError(f"{url} is not an address such as https://chat.example.org.")
    if ca and not ca.is_file():
        raise CommandError(f"There is no file {ca}.")
    return Site(url.rstrip("/"), ca)
