"""Daphne's development server, with the database brought up to date first.

On 0.0.0.0 it also answers to this machine's own addresses, and prints the one for phones.
"""

from __future__ import annotations

import os
import sys
from io import StringIO
from typing import Any

import segno
from daphne.management.commands import runserver
from django.conf import settings

from chat.access.lan import lan_addresses
from chatsite.settings.public_url import public_url
from chatsite.start_errors import errors_in_words
from chatsite.startup import prepare

ANY_ADDRESS = ("0.0.0.0", "0")


class Command(runserver.Command):
    def inner_run(self, *args: Any, **options: Any) -> None:
        settings.RUNSERVER = True
        self._allow_hosts()
        super().inner_run(*args, **options)

    def check_migrations(self) -> None:
        """Apply what Django would only warn of."""
        try:
            with errors_in_words():
                prepare()
        except SystemExit as error:
            # The reloader runs this in a thread, where SystemExit ends nothing.
            self.stderr.write(str(error.code))
            self.stderr.flush()
            os._exit(1)
        super().check_migrations()

    def get_application(self, options: dict[str, Any]) -> Any:
        """Daphne asks for it after its own lines, which name 0.0.0.0, where no phone finds us."""
        if self.addr in ANY_ADDRESS:
            self._print_address()
        return super().get_application(options)

    def _allow_hosts(self) -> None:
        """Answer to the addresses that this server listens on.

        On all interfaces these are this machine's own addresses, never any host: a page elsewhere
        can make a name resolve to this machine (DNS rebinding), but not an address.
        """
        if self.addr not in ANY_ADDRESS:
            own = [f"[{self.addr}]" if self._raw_ipv6 else self.addr]
        else:
            own = lan_addresses()
            if own and not settings.SITE.origins:
                path = settings.FORCE_SCRIPT_NAME or ""
                settings.SITE = public_url(f"http://{own[0]}:{self.port}{path}")
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, *own]

    def _print_address(self) -> None:
        path = f"{settings.FORCE_SCRIPT_NAME or ''}/"
        self.stdout.write(f"On this computer:  http://127.0.0.1:{self.port}{path}")
        if not settings.SITE.origins:
            self.stdout.write("This computer has no network address for others to open.\n")
            return
        link = f"{settings.SITE.origins[0]}{path}"
        self.stdout.write(f"On your network:   {link}\n")
        if sys.stdout.isatty():
            code = StringIO()
            segno.make(link, micro=False).terminal(out=code, compact=True, border=2)
            self.stdout.write(f"{code.getvalue()}Scan with a phone to open it.\n")
