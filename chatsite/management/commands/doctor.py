"""`python manage.py doctor URL`: is everything well, from a user's browser to the disk?"""

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

IDLE = 35  # seconds; more than the 30 s that some proxies give up after
BACKUPS = Path("/var/backups/chat")  # where deploy/systemd/chat-backup.service puts them
TIME_SERVER = "pool.ntp.org"


class Command(BaseCommand):
    help = (
        "Look the chat over: the way to it as a user's browser goes it, and what lies behind."
        " Run it with the settings of the server, on its machine. It stores nothing. The"
        " exit code is 1 when something is wrong."
    )
    requires_system_checks = []  # it runs them itself, and goes on after them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", nargs="?", help="what people type; default PUBLIC_URL")
        parser.add_argument(
            "--idle",
            type=float,
            default=IDLE,
            metavar="SECONDS",
            help=f"how long a silent socket has to live, default {IDLE}; 0 does not look",
        )
        parser.add_argument("--ca", type=Path, metavar="FILE", help="certificates to trust as well")
        parser.add_argument("--backups", type=Path, default=BACKUPS, metavar="FOLDER")
        parser.add_argument(
            "--time-server",
            default=TIME_SERVER,
            metavar="HOST[:PORT]",
            help=f"asked for the time by NTP, default {TIME_SERVER}; empty asks nobody",
        )
        parser.add_argument(
            "--json", action="store_true", help="one object a line: check, state, what, change"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        site = site_at(options["url"] or settings.PUBLIC_URL, options["ca"])
        logging.disable(logging.WARNING)  # what a check provokes is said by its finding
        wrong = 0
        for finding in examine(
            site,
            idle=options["idle"],
            time_server=options["time_server"],
            backups=options["backups"],
        ):
            line = json.dumps(asdict(finding)) if options["json"] else self.shown(finding)
            self.stdout.write(line)
            self.stdout.flush()  # each is for whoever waits, and for who ends it early
            wrong += finding.state is State.WRONG
        if wrong:
            sys.exit(1)

    def shown(self, finding: Finding) -> str:
        style = {State.FINE: self.style.SUCCESS, State.WRONG: self.style.ERROR}
        state = style.get(finding.state, self.style.WARNING)(f"{finding.state:<5}")
        text = f"{state}  {finding.check:<14} {finding.what}"
        return f"{text}\n       {'change':<14} {finding.change}" if finding.change else text


def site_at(url: str, ca: Path | None) -> Site | None:
    if not url:
        return None
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # of brackets, or of a port
        is_address = False
    if not is_address:
        raise CommandError(f"{url} is no address such as https://chat.example.org.")
    if ca and not ca.is_file():
        raise CommandError(f"There is no file {ca}.")
    return Site(url.rstrip("/"), ca)
