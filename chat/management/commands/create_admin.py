"""`python manage.py create_admin`: the first account for /admin/."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chat.management.cli import readable_errors
from chat.services.accounts import create_admin


class Command(BaseCommand):
    help = (
        "Make an account for /admin/. Its password is ADMIN_PASSWORD (or in ADMIN_PASSWORD_FILE),"
        " or asked for."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", nargs="?", default=settings.ADMIN_USERNAME)

    def handle(self, *args: Any, **options: Any) -> None:
        username = options["username"]
        password = settings.ADMIN_PASSWORD or _asked_for()
        try:
            with readable_errors("No account was made."):
                made = create_admin(username=username, password=password)
        except ValidationError as error:
            raise CommandError(f"{' '.join(error.messages)} No account was made.") from None
        if not made:
            raise CommandError(
                f"There is an account {username} already. To give it another password:"
                f" manage.py changepassword {username}"
            )
        self.stdout.write(f"Made the account {username}. Sign in at /admin/.")


def _asked_for() -> str:
    if not sys.stdin.isatty():
        raise CommandError("Set ADMIN_PASSWORD or ADMIN_PASSWORD_FILE: nobody is here to be asked.")
    password = getpass("Password: ")
    if getpass("Once more: ") != password:
        raise CommandError("These were not the same. No account was made.")
    return password
