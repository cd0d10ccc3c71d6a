"""The README's table of figures, between its two marks."""

from __future__ import annotations

from pathlib import Path

from bench.cases.table import COMPARED, OURS, OURS_PLAIN, STARTS
from bench.results import Results
from bench.tables.markdown import table

BEGIN, END = "<!-- figures: written by make bench -->\n", "<!-- end of figures -->"


def write(results: Results, path: Path) -> None:
    """Renew the table in `path`, where there is such a file with both marks."""
    text = path.read_text() if path.exists() else ""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if begin and end:
        path.write_text(f"{before}{begin}\n{figures(results)}\n\n{end}{after}")


def figures(results: Results) -> str:
    head = ["connections × senders", *(f"{people:,} × {talkers}" for people, talkers in COMPARED)]
    rows = []
    for name in STARTS:
        cells = [results.cell(name, *load) for load in COMPARED]
        if any(cells) and name != OURS_PLAIN:
            shown = f"**{name}**" if name == OURS else name
            rows.append([shown, *(f"{cell.deliveries:,.0f}" if cell else "–" for cell in cells)])
    return table(head, rows)
