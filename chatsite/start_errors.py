"""Shows why a process cannot start in one line for the operator, instead of a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, NotSupportedError, OperationalError, connection

# Not DatabaseError: its other subclasses, such as ProgrammingError, are bugs. But SQLite raises
# DatabaseError itself for a file that is not a database.
UNUSABLE = (OperationalError, NotSupportedError)


@contextmanager
def readable_errors() -> Iterator[None]:
    """Exit with 1 and one line on standard error for an invalid setting or unusable database."""
    try:
        yield
    except (ImproperlyConfigured, DatabaseError) as error:
        line = message_for(error)
        if line is None or "--traceback" in sys.argv:
            raise
        sys.exit(line)


def message_for(error: Exception) -> str | None:
    """None for a bug, which needs its traceback."""
    if isinstance(error, ImproperlyConfigured):
        return f"Settings: {error}"
    if isinstance(error, UNUSABLE) or type(error) is DatabaseError:
        return f"Database: {_database_message(error)}"
    return None


def _database_message(error: Exception) -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return (
            f"{settings['NAME']}: {_line(error)}. Check that the server's user can write this file"
            " and its folder, and run `manage.py migrate`."
        )
    where = f"{settings['HOST'] or 'localhost'}:{settings['PORT'] or 5432}"
    return (
        f"{settings['NAME']} at {where} cannot be used. Check DATABASE_URL, and that the server"
        f" is running. {_line(_cause(error))}"
    )


def _cause(error: Exception) -> Exception:
    """The pool only reports a timeout; a direct connection reports why."""
    import psycopg  # here, because a chat on SQLite does not need it

    try:
        psycopg.connect(**connection.get_connection_params()).close()
    except psycopg.Error as cause:
        return cause
    return error


def _line(error: Exception) -> str:
    """libpq's messages contain the server, user and database, but never the password."""
    return " ".join(str(error).split())
