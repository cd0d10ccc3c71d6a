"""What is formatted within a line: code, links, and marks such as `**`."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator

from chat.formatting.links import SPACE, split_links
from chat.formatting.tree import Budget, Child, Kind, Mark, Node

TICKS = re.compile(r"`+|\n")
MARKS = re.compile(r"\*+|~~+")
MARK_OF: dict[Kind, str] = {"em": "*", "strong": "**", "del": "~~"}
KINDS_OF: dict[str, tuple[Kind, ...]] = {  # the outer one first
    "*": ("em",),
    "**": ("strong",),
    "***": ("em", "strong"),
    "~~": ("del",),
}
# "" is the beginning or the end of the text.
SPACES = frozenset(re.findall(f"[{SPACE}]", "".join(map(chr, range(0x10000)))))
NOT_BEFORE_CLOSING = SPACES | {"", *"([{"}
NOT_AFTER_OPENING = SPACES | {"", *")]}"}
WORD = frozenset(string.ascii_letters + string.digits)


def parse_spans(text: str, budget: Budget) -> list[Child]:
    """The children for some lines of text. Takes linear time; nothing spans two lines."""
    spans = _Spans(text, budget)
    end = 0
    for start, stop, ticks in _code_spans(text):
        spans.read(end, start)
        end = start
        if not budget.take():
            break
        code = text[start + ticks : stop - ticks]
        spans.out.append(Node("code", [Mark("`" * ticks), code, Mark("`" * ticks)]))
        end = stop
    spans.read(end, len(text))
    return _joined(spans.out)


def _code_spans(text: str) -> Iterator[tuple[int, int, int]]:
    """(start, end, length of the mark): from a run of backticks to the next one that is as long."""
    if "`" not in text:
        return
    runs = [match.span() for match in TICKS.finditer(text)]
    closing: list[int | None] = []
    following: dict[int, int] = {}  # length => index of the next run in this line
    for index in range(len(runs) - 1, -1, -1):
        start, end = runs[index]
        if text[start] == "\n":
            following.clear()
            closing.append(None)
        else:
            closing.append(following.get(end - start))
            following[end - start] = index
    closing.reverse()
    index = 0
    while index < len(runs):
        start, end = runs[index]
        close = closing[index]
        if close is not None:
            yield start, runs[close][1], end - start
        index = (index if close is None else close) + 1


class _Spans:
    """Reads a text from left to right. There is at most one open mark of each kind, so depth is
    bounded; a mark that is never closed stays text."""

    def __init__(self, text: str, budget: Budget) -> None:
        self.text = text
        self.budget = budget
        self.out: list[Child] = []
        self.open: dict[Kind, int] = {}  # where in `out` its mark is

    def read(self, start: int, end: int) -> None:
        """Append the part from `start` to `end`, in which there is no code."""
        for part, href in split_links(self.text[start:end]):
            if self.budget.left == 0:
                break
            if href and self.budget.take():
                self.out.append(_link(part, href))
            else:
                self._read_marks(start, start + len(part))
            start += len(part)
        self._append(self.text[start:end])

    def _read_marks(self, start: int, end: int) -> None:
        for match in MARKS.finditer(self.text, start, end):
            if self.budget.left == 0:
                break
            at, stop = match.span()
            self._append(self.text[start:at])
            start = stop
            self._mark(match[0], self.text[at - 1 : at], self.text[stop : stop + 1])
        self._append(self.text[start:end])

    def _mark(self, run: str, before: str, after: str) -> None:
        """A mark is at the edge of a word, and not inside it: a*b*c, 2*(3+4)*5, f(*args)."""
        if run not in KINDS_OF:
            self._append(run)
            return
        if self.open and before not in NOT_BEFORE_CLOSING and after not in WORD:
            while (kind := self._innermost(run)) and self.budget.take():
                self._close(kind)
                run = run[len(MARK_OF[kind]) :]
        if run and before not in WORD and after not in NOT_AFTER_OPENING:
            for kind in KINDS_OF[run]:
                self.open[kind] = len(self.out)
                self.out.append(MARK_OF[kind])
        else:
            self._append(run)

    def _innermost(self, run: str) -> Kind | None:
        """The open kind that `run` closes first."""
        kinds = [kind for kind in KINDS_OF.get(run, ()) if kind in self.open]
        return max(kinds, key=lambda kind: self.open[kind], default=None)

    def _close(self, kind: Kind) -> None:
        start = self.open.pop(kind)
        inside = self.out[start + 1 :]
        del self.out[start:]
        mark = MARK_OF[kind]
        self.out.append(Node(kind, [Mark(mark), *_joined(inside), Mark(mark)]))
        self.open = {other: at for other, at in self.open.items() if at < start}

    def _append(self, text: str) -> None:
        if text:
            self.out.append(text)
        if self.open and "\n" in text:
            self.open.clear()


def _link(text: str, href: str) -> Node:
    if text[:7].lower() != "mailto:":
        return Node("link", [text], href=href)
    return Node("link", [Mark(text[:7]), text[7:]], href=href)


def _joined(children: Iterable[Child]) -> list[Child]:
    """With neighbouring texts as one."""
    joined: list[Child] = []
    texts: list[str] = []
    for child in children:
        if isinstance(child, str):
            texts.append(child)
            continue
        if texts:
            joined.append("".join(texts))
            texts = []
        joined.append(child)
    return [*joined, "".join(texts)] if texts else joined
