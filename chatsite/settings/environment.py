"""The environment, where a secret may also stand in a file: NAME_FILE=/run/secrets/name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

SUFFIX = "_FILE"
KINDS = {int: "whole number", float: "number"}


class WithFiles(MutableMapping[str, str]):
    """`variables`, each of which NAME_FILE may give by a file instead.

    django-environ's own FileAwareEnv keeps the newline that editors end a file with, and fails
    with a traceback where the file cannot be read.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = dict(variables)

    def __getitem__(self, name: str) -> str:
        """Raises KeyError, or ImproperlyConfigured for a file that gives no value."""
        path = self._variables.get(name + SUFFIX, "")
        if not path:
            return self._variables[name]
        if self._variables.get(name):
            raise ImproperlyConfigured(
                f"Both {name} and {name}{SUFFIX} are set, and only one can hold: unset one of them."
            )
        try:
            value = Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise ImproperlyConfigured(
                f"{name}{SUFFIX} names {path}, which cannot be read: {reason}. Make the file"
                f" readable for the user that the server runs as, or set {name} itself."
            ) from error
        if not value:
            raise ImproperlyConfigured(
                f"{name}{SUFFIX} names {path}, which is empty: write the value of {name} into it."
            )
        return value

    def __setitem__(self, name: str, value: str) -> None:
        self._variables[name] = value

    def __delitem__(self, name: str) -> None:
        del self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


class Environment(environ.Env):
    """django-environ's reader, over files too. An empty variable counts as one that is not set."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        super().__init__()
        self.ENVIRON = WithFiles(variables)

    def get_value(
        self,
        var: str,
        cast: Any = None,
        default: Any = None,
        parse_default: Any = False,
    ) -> Any:
        """Raises ImproperlyConfigured."""
        value = self.ENVIRON.get(var)
        if not value:
            return default
        try:  # not get_value: it would take $NAME at the start of a secret for another variable
            return self.parse_value(value, cast)
        except ValueError as error:
            kind = KINDS.get(cast, "value")
            raise ImproperlyConfigured(f"{var} is {value!r}, which is no {kind}.") from error
