"""Daphne's development server, with the database brought up to date first."""

from __future__ import annotations

import os

from daphne.management.commands import runserver

from chatsite.preparation import prepare
from chatsite.start_errors import errors_in_words


class Command(runserver.Command):
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
