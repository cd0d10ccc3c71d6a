"""The tree of a message's text. It is lossless: the leaves, one after the other, are the text."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

# Of a message, and lines of quotes; lists come with their items. What follows them is shown as it
# was typed.
MAX_NODES = 200

Kind = Literal[
    "strong", "em", "del", "code", "link", "pre", "blockquote", "ul", "ol", "li"
]  # fmt: skip


class Mark(Struct):
    """Typed characters that are not shown, such as `**`."""

    mark: str


class Node(Struct, omit_defaults=True):
    """What one element shows. Text is a plain `str` among the children."""

    kind: Kind
    children: list[Child]
    href: str = ""  # of a link
    language: str = ""  # of a pre, as typed
    number: int | None = None  # of a li in an ol


Child: TypeAlias = str | Mark | Node


class Budget:
    """How many more nodes a message may have."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_NODES

    def take(self) -> bool:
        if self.left == 0:
            return False
        self.left -= 1
        return True


def typed_text(children: list[Child]) -> str:
    """What was parsed."""
    return "".join(
        typed_text(child.children)
        if isinstance(child, Node)
        else child.mark
        if isinstance(child, Mark)
        else child
        for child in children
    )
