"""What is formatted line by line: fenced code, quotes and lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chat.formatting.spans import parse_spans
from chat.formatting.tree import Budget, Child, Kind, Mark, Node, typed_text

MAX_DEPTH = 2  # quotes in each other

START, END = r"(?<![^\n])", r"(?![^\n])"  # of a line
LANGUAGE = r"(?P<language>[A-Za-z0-9][A-Za-z0-9+#._-]{0,31})"
FENCE = rf"(?P<fence>(?P<ticks>`{{3,}})(?:[ \t]*{LANGUAGE})?[ \t]*)(?=\n)"
CLOSED = rf"(?P<code>[\s\S]*?)(?P<close>\n(?P=ticks)`*[ \t]*{END})"
BULLET, NUMBER = r"[-*] (?=[^\n])", r"(?:0|[1-9][0-9]{0,8})\. (?=[^\n])"
QUOTE_BEGINS = r">(?: |(?=> ))(?=[^\n])"
QUOTED = rf">(?: |{END}|(?=>(?: |{END})))"  # ">>> x" and ">:(" are no quotes


def _lines(first: str, more: str) -> str:
    return rf"{first}[^\n]*(?:\n{more}[^\n]*)*"


CODE = rf"{FENCE}(?:{CLOSED}|(?P<rest>[\s\S]*))"
LISTS = rf"(?P<ul>{_lines(BULLET, BULLET)})|(?P<ol>{_lines(NUMBER, NUMBER)})"
BLOCK = re.compile(f"{START}(?:{CODE}|{LISTS}|{_lines(QUOTE_BEGINS, QUOTED)})")
INNERMOST_BLOCK = re.compile(f"{START}(?:{CODE}|{LISTS})")
QUOTED_MARK = re.compile(QUOTED)


def parse(text: str) -> list[Child]:
    """The tree of a message. Takes linear time."""
    return _blocks(text, Budget(), depth=0)


def _blocks(text: str, budget: Budget, *, depth: int) -> list[Child]:
    children: list[Child] = []
    pattern = BLOCK if depth < MAX_DEPTH else INNERMOST_BLOCK
    end = 0
    for match in pattern.finditer(text):
        if not budget.take():
            break
        children += _paragraphs(text, end, match.start(), budget)
        if match["fence"]:
            node = _fenced_code(match)
        elif match["ul"] or match["ol"]:
            node = _list(match, budget)
        else:
            node = _quote(match[0], budget, depth)
        children.append(node)
        end = match.start() + len(typed_text([node]))
    return children + _paragraphs(text, end, len(text), budget)


def _paragraphs(text: str, start: int, end: int, budget: Budget) -> list[Child]:
    """What is beside blocks. Empty lines between both are not shown: blocks have margins."""
    part = text[start:end]
    before = len(part) - len(part.lstrip("\n")) if start > 0 else 0
    after = len(part.rstrip("\n")) if end < len(text) else len(part)
    if after <= before:
        return [Mark(part)] if part else []
    children = parse_spans(part[before:after], budget)
    if before > 0:
        children.insert(0, Mark(part[:before]))
    if after < len(part):
        children.append(Mark(part[after:]))
    return children


def _fenced_code(match: re.Match[str]) -> Node:
    """The code is the lines between the fences, or all lines after a fence that is never closed."""
    inside = match["rest"] if match["code"] is None else match["code"]
    children: list[Child] = [
        Mark(match["fence"] + inside[:1]),
        inside[1:],
        Mark(match["close"] or ""),
    ]
    return Node(
        "pre",
        [child for child in children if child not in ("", Mark(""))],
        language=match["language"] or "",
    )


def _list(match: re.Match[str], budget: Budget) -> Node:
    """One item for each line, while there is budget; the first item's was taken by the caller."""
    kind: Kind = "ul" if match["ul"] else "ol"
    node = Node(kind, [])
    for index, line in enumerate(match[0].split("\n")):
        if index > 0:
            if not budget.take():
                break
            node.children.append(Mark("\n"))
        mark, _, content = line.partition(" ")
        number = None if kind == "ul" else int(mark[:-1])
        children = [Mark(f"{mark} "), *parse_spans(content, budget)]
        node.children.append(Node("li", children, number=number))
    return node


def _quote(text: str, budget: Budget, depth: int) -> Node:
    """One line costs as much as a list's item."""
    marks: list[str] = []
    lines: list[str] = []
    for line in text.split("\n"):
        if lines and not budget.take():
            break
        match = QUOTED_MARK.match(line)
        assert match
        marks.append(match[0])
        lines.append(line[match.end() :])
    following = iter(marks)
    first = Mark(next(following))
    inside = _blocks("\n".join(lines), budget, depth=depth + 1)
    return Node("blockquote", [first, *_quoted(inside, following)])


def _quoted(children: list[Child], marks: Iterator[str]) -> list[Child]:
    """With the mark of each line after the line break before it."""
    quoted: list[Child] = []
    for child in children:
        if isinstance(child, Node):
            child.children = _quoted(child.children, marks)
            quoted.append(child)
        elif isinstance(child, Mark):
            first, *lines = child.mark.split("\n")
            quoted.append(Mark(first + "".join(f"\n{next(marks)}{line}" for line in lines)))
        else:
            first, *lines = child.split("\n")
            for line in lines:
                quoted += [f"{first}\n", Mark(next(marks))]
                first = line
            if first:
                quoted.append(first)
    return quoted
