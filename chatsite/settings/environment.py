"""Reads settings from the environment, or from files that it names: NAME_FILE=/run/secrets/name."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

SUFFIX = "_FILE"
LONGEST = 60  # characters of an invalid value that are shown
MOST = 10**9  # unless a setting has a lower maximum
SWITCH = {
    **dict.fromkeys(("1", "on", "true", "yes", "y", "t", "ok"), True),
    **dict.fromkeys(("0", "off", "false", "no", "n", "f", "none"), False),
}
Amount = TypeVar("Amount", int, float)
# In Environment, these names are methods.
Text = str
Switch = bool
Whole = int
Number = float
Words = list[str]


class Environment:
    """Reads one setting per call. An empty variable counts as one that is not set.

    Every method raises ImproperlyConfigured: one sentence that names the setting, its value and
    what to write instead. `outdated` has a sentence for each setting of an earlier release that is
    still set: a `renamed` one ({old name: new name}) is read under its new name, a `removed` one
    ({name: what to do instead}) is ignored.
    """

    def __init__(
        self,
        variables: Mapping[Text, Text],
        *,
        renamed: Mapping[Text, Text] = MappingProxyType({}),
        removed: Mapping[Text, Text] = MappingProxyType({}),
    ) -> None:
        self._variables = dict(variables)
        self.outdated: Words = []
        for old, new in renamed.items():
            if self._is_set(old):
                self.outdated.append(f"{old} is now called {new}; the next release ignores {old}.")
                self._rename(old, new)
        for name, instead in removed.items():
            if self._is_set(name):
                self.outdated.append(f"{name} is no longer a setting. {instead}")

    def str(self, name: Text, *, default: Text) -> Text:
        return self._value(name) or default

    def list(self, name: Text, *, default: Words) -> Words:
        """Values separated by commas, stripped of spaces."""
        value = self._value(name)
        return _words(value) if value else default

    def bool(self, name: Text, *, default: Switch) -> Switch:
        value = self._value(name)
        if not value:
            return default
        try:
            return SWITCH[value.strip().lower()]
        except KeyError:
            raise ImproperlyConfigured(f"{name} is {shown(value)}. Write on or off.") from None

    def int(
        self, name: Text, *, default: Whole, least: Whole = 0, most: Whole = MOST, note: Text = ""
    ) -> Whole:
        """`note` is appended to the range in the error message."""
        value = self._value(name)
        return _number(name, value, int, least, most, note) if value else default

    def float(
        self, name: Text, *, default: Number, least: Whole = 0, most: Whole = MOST, note: Text = ""
    ) -> Number:
        value = self._value(name)
        return _number(name, value, float, least, most, note) if value else default

    def _is_set(self, name: Text) -> Switch:
        return any(self._variables.get(key) for key in (name, name + SUFFIX))

    def _rename(self, old: Text, new: Text) -> None:
        if not self._is_set(new):
            for suffix in ("", SUFFIX):
                self._variables[new + suffix] = self._variables.get(old + suffix, "")

    def _value(self, name: Text) -> Text:
        """Empty if it is not set."""
        value = self._variables.get(name, "")
        path = self._variables.get(name + SUFFIX, "")
        if path and value:
            raise ImproperlyConfigured(
                f"Both {name} and {name}{SUFFIX} are set. Unset one of them."
            )
        return _read(name, path) if path else value


def shown(value: Text) -> Text:
    """`value` in quotes, shortened if it is too long for a sentence."""
    return repr(value if len(value) <= LONGEST else f"{value[:LONGEST]}...")


def _words(value: Text) -> Words:
    return [word.strip() for word in value.split(",") if word.strip()]


def _number(
    name: Text, value: Text, kind: type[Amount], least: Whole, most: Whole, note: Text
) -> Amount:
    with suppress(ValueError):
        number = kind(value)
        if least <= number <= most:  # never true of nan
            return number
    expected = "a whole number" if kind is int else "a number"
    raise ImproperlyConfigured(
        f"{name} is {shown(value)}. Write {expected} from {least} to {most}{note}."
    )


def _read(name: Text, path: Text) -> Text:
    try:
        value = Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ImproperlyConfigured(
            f"{name}{SUFFIX} names {path}, which cannot be read: {reason}. Make the file"
            f" readable for the server's user, or set {name} itself."
        ) from error
    if not value:
        raise ImproperlyConfigured(
            f"{name}{SUFFIX} names {path}, which is empty: write the value of {name} into it."
        )
    return value
