"""The plots of docs/benchmarks.md, each in light and dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bench.cases import table
from bench.cases.table import COMPARED, OURS
from bench.results import Results
from bench.svg import DARK, LIGHT, Drawing, Scale, Theme

Plot = Callable[[Results, Theme], Drawing]


def write(results: Results, folder: Path) -> None:
    for name, draw in PLOTS.items():
        for theme in (LIGHT, DARK):
            path = folder / f"benchmark-{name}-{theme.name}.svg"
            path.write_text(str(draw(results, theme)))


def picture(name: str, description: str) -> str:
    """The plot for a page, in the reader's colours."""
    source = f"benchmark-{name}-dark.svg"
    image = f'<img alt="{description}" src="benchmark-{name}-light.svg">'
    dark = f'<source media="(prefers-color-scheme: dark)" srcset="{source}">'
    return f"<picture>{dark}{image}</picture>"


def throughput(results: Results, theme: Theme) -> Drawing:
    """A row per server, a dot per load."""
    names = [name for name in table.STARTS if any(cell.server == name for cell in results.table)]
    drawing = Drawing(890, 110 + 38 * len(names), theme)
    scale = Scale(1_000, 10_000_000, 330, 830)
    drawing.text(10, 24, "Deliveries a second, over all connections (logarithmic)", size=15)
    for number, load in enumerate(COMPARED):
        colour, x = theme.colours[number], 300 + 195 * number
        drawing.dot(x, 46, colour)
        drawing.text(x + 10, 50, f"{load[0]:,} people, {load[1]} talking", fill=theme.muted)
    bottom = 78 + 38 * len(names)
    for value in scale.decades():
        drawing.line(scale(value), 64, scale(value), bottom)
        drawing.text(scale(value), bottom + 18, f"{value:,.0f}", anchor="middle", fill=theme.muted)
    for row, name in enumerate(names):
        y = 86 + 38 * row
        drawing.line(scale.start, y, scale.end, y)
        drawing.text(318, y + 4, name, anchor="end")
        for number, load in enumerate(COMPARED):
            cell = results.cell(name, *load)
            if cell is not None:
                drawing.dot(scale(cell.deliveries), y, theme.colours[number])
    return drawing


def scale_of_ours(results: Results, theme: Theme) -> Drawing:
    """Ours alone: a line per number of talkers over the number of connections."""
    drawing = Drawing(860, 380, theme)
    across, up = Scale(10, 5_000, 90, 700), Scale(1_000, 10_000_000, 320, 60)
    drawing.text(10, 24, "This chat: deliveries a second over connections", size=15)
    for value in up.decades():
        drawing.line(across.start, up(value), across.end, up(value))
        drawing.text(80, up(value) + 4, f"{value:,.0f}", anchor="end", fill=theme.muted)
    for people in (10, 100, 1000, 5000):
        drawing.text(across(people), 345, f"{people:,}", anchor="middle", fill=theme.muted)
    for number, talkers in enumerate((1, 8, 100)):
        cells = [
            cell
            for cell in sorted(results.table, key=lambda cell: cell.people)
            if cell.server == OURS and cell.talkers == talkers and cell.runs
        ]
        points = [(across(cell.people), up(cell.deliveries)) for cell in cells]
        if points:
            colour = theme.colours[number]
            drawing.path(points, colour)
            for x, y in points:
                drawing.dot(x, y, colour)
            drawing.text(points[-1][0] + 12, points[-1][1] + 4, f"{talkers} talking", fill=colour)
    return drawing


PLOTS: dict[str, Plot] = {"throughput": throughput, "scale": scale_of_ours}
