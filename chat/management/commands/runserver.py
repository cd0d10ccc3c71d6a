"""Daphne's development server, with the database brought up to date first."""

from __future__ import annotations

from daphne.management.commands import runserver

from chatsite.preparation import prepare


class Command(runserver.Command):
    def check_migrations(self) -> None:
        """Apply what Django would only warn of."""
        prepare()
        super().check_migrations()
