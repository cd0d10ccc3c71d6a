"""The result of one check."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, ParamSpec

P = ParamSpec("P")


class State(StrEnum):
    FINE = "fine"
    NOTE = "note"  # worth knowing, or could not be checked; the exit code stays 0
    WRONG = "WRONG"


@dataclass(frozen=True)
class Finding:
    """`change` is the exact line or command that fixes it; empty if nothing is wrong."""

    check: str
    state: State
    what: str
    change: str = ""


def fine(check: str, what: str) -> Finding:
    return Finding(check, State.FINE, what)


def note(check: str, what: str, change: str = "") -> Finding:
    return Finding(check, State.NOTE, what, change)


def wrong(check: str, what: str, change: str) -> Finding:
    return Finding(check, State.WRONG, what, change)


def check(
    name: str,
) -> Callable[[Callable[P, Finding | Coroutine[Any, Any, Finding]]], Callable[P, Finding]]:
    """Decorates a check, which may be a coroutine, so that an exception becomes a WRONG finding."""

    def named(
        function: Callable[P, Finding | Coroutine[Any, Any, Finding]],
    ) -> Callable[P, Finding]:
        @wraps(function)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Finding:
            try:
                found = function(*args, **kwargs)
                return found if isinstance(found, Finding) else asyncio.run(found)
            except Exception as error:
                what = f"The check failed: {error!r}."
                return wrong(name, what, "journalctl -u 'chat@*' -n 50")

        return guarded

    return named
