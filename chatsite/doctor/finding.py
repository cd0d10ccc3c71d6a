"""What one check found."""

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
    NOTE = "note"  # worth knowing, or could not be looked at; nothing that a script should stop at
    WRONG = "WRONG"


@dataclass(frozen=True)
class Finding:
    """`change` is the exact line, or command, that puts it right; empty where nothing is wrong."""

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
    """A check, which may be a coroutine, never raises: what it cannot look at is a finding, too."""

    def named(look: Callable[P, Finding | Coroutine[Any, Any, Finding]]) -> Callable[P, Finding]:
        @wraps(look)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Finding:
            try:
                found = look(*args, **kwargs)
                return found if isinstance(found, Finding) else asyncio.run(found)
            except Exception as error:
                what = f"This cannot be looked at: {error!r}."
                return wrong(name, what, "journalctl -u 'chat@*' -n 50")

        return guarded

    return named
