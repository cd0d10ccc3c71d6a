"""Messages where nothing can be formatted: in notifications, labels and lists."""

from __future__ import annotations

import re

from chat.formatting.tree import Child, Node


def plain_text(children: list[Child]) -> str:
    """The text without its marks, but with the numbers of lists, and without empty lines."""
    return re.sub(r"\n{2,}", "\n", _shown(children)).strip("\n")


def _shown(children: list[Child]) -> str:
    parts = []
    for child in children:
        if isinstance(child, str):
            parts.append(child)
        elif isinstance(child, Node):
            number = "" if child.number is None else f"{child.number}. "
            parts.append(number + _shown(child.children))
        elif "\n" in child.mark:
            parts.append("\n")
    return "".join(parts)


def excerpt(text: str, length: int) -> str:
    """The first `length` characters of `text`, or somewhat fewer, cut between words."""
    if len(text) <= length:
        return text
    return re.sub(r"(\s)\S{0,30}\Z", r"\1", text[:length]).rstrip() + "…"
