"""Why a process cannot start: one line for the operator instead of a traceback."""

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
def errors_in_words() -> Iterator[None]:
    """Exit with 1 and one line on standard error for a wrong setting or an unusable database."""
    try:
        yield
    except (ImproperlyConfigured, DatabaseError) as error:
        line = in_words(error)
        if line is None or "--traceback" in sys.argv:
            raise
        sys.exit(line)


def in_words(error: Exception) -> str | None:
    """None for an error that is a bug and needs its traceback."""
    if isinstance(error, ImproperlyConfigured):
        return f"Settings: {error}"
    if isinstance(error, UNUSABLE) or type(error) is DatabaseError:
        return f"Database: {_database_in_words(error)}"
    return None


def _database_in_words(error: Exception) -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return (
            f"{settings['NAME']}: {_line(error)}. Check that the server's user can write this file"
            " and its folder, and that `manage.py migrate` has run."
        )
    where = f"{settings['HOST'] or 'localhost'}:{settings['PORT'] or 5432}"
    return (
        f"{settings['NAME']} at {where} cannot be used. Check DATABASE_URL, and that the server"
        f" is running. {_line(_cause(error))}"
    )


def _cause(error: Exception) -> Exception:
    """The pool reports only how long it waited; a direct connection reports why."""
    import psycopg  # here: a chat on SQLite starts without it

    try:
        psycopg.connect(**connection.get_connection_params()).close()
    except psycopg.Error as cause:
        return cause
    return error


def _line(error: Exception) -> str:
    """libpq names the server, the user and the database, and never the password."""
    return " ".join(str(error).split())
