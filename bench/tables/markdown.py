"""A table in Markdown, and what stands in its cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.cases.table import Cell
from bench.load.spec import Result


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def find(cells: Iterable[Cell], server: str, people: int, talkers: int) -> Cell | None:
    wanted = (server, people, talkers)
    return next((c for c in cells if (c.server, c.people, c.talkers) == wanted), None)


def echoes(result: Result, number: int) -> tuple[str, str]:
    group = result.groups[number]
    return milliseconds(group.echo_p50 or 0.0), milliseconds(group.echo_p99 or 0.0)


def milliseconds(value: float) -> str:
    return f"{value:.2f} ms" if value < 10 else f"{value:,.0f} ms"
