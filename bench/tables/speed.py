"""How many deliveries a second, how soon, and what they cost."""

from __future__ import annotations

from bench.cases import ablations
from bench.cases import table as main_table
from bench.cases.table import COMPARED, OURS, Cell, load_text
from bench.results import Results
from bench.tables.markdown import echoes, find, milliseconds, table

NEAR_ITS_LIMIT = 0.95  # of a core: then the load may be what bounds a figure


def comparison(results: Results) -> str:
    head = ["deliveries/s (echo p50)", *(f"{people:,} × {talkers}" for people, talkers in COMPARED)]
    rows = []
    for name in main_table.STARTS:
        cells = [find(results.table, name, *load) for load in COMPARED]
        if any(cells):
            shown = f"**{name}**" if name == OURS else name
            rows.append([shown, *(comparison_cell(cell) for cell in cells)])
    return table([*head], rows)


def comparison_cell(cell: Cell | None) -> str:
    if cell is None or not cell.runs:
        return "–"
    return f"{cell.deliveries:,.0f} ({milliseconds(cell.echo_p50)})"


def notes(results: Results) -> str:
    """Why cells are empty; where the load was the limit; what was lost or wrong."""
    lines = []
    for cell in results.table:
        what = f"{cell.server}, {load_text(cell)}"
        if cell.note:
            lines.append(f"- {what}: {cell.note}.")
        lost = sum(run.lost for run in cell.runs)
        faults = sum(run.faults for run in cell.runs)
        if lost or faults:
            lines.append(f"- {what}: {lost:,} deliveries missing, {faults:,} wrong.")
        if cell.runs and max(run.load_cpu for run in cell.runs) > NEAR_ITS_LIMIT:
            lines.append(f"- {what}: the load generator was at its limit.")
    return "\n".join(lines) or "Nothing was lost, doubled or out of order."


def scale(results: Results) -> str:
    head = ("connections", "talking", "deliveries/s", "echo p50", "p99", "CPU per delivery", "load")
    cells = [cell for cell in results.table if cell.server == OURS and cell.runs]
    return table(head, [figures(cell) for cell in cells])


def figures(cell: Cell) -> list[str]:
    return [
        f"{cell.people:,}",
        str(cell.talkers),
        f"{cell.deliveries:,.0f}",
        milliseconds(cell.echo_p50),
        milliseconds(cell.echo_p99),
        f"{cell.cpu_per_delivery:.2f} µs",
        f"{max(run.load_cpu for run in cell.runs):.0%}",
    ]


def idle(results: Results) -> str:
    rows = [
        (cell.server, milliseconds(cell.echo_p50), milliseconds(cell.echo_p99))
        for cell in results.idle
        if cell.runs
    ]
    return table(("", "echo p50", "p99"), rows)


def offered(results: Results) -> str:
    rows = [
        (
            f"{each.share:.0%}",
            f"{each.rate:,.0f}",
            f"{each.result.groups[0].deliveries:,.0f}",
            *echoes(each.result, 0),
            f"{each.result.server_cpu:.0%}",
        )
        for each in results.offered
    ]
    head = ("of the maximum", "messages/s", "deliveries/s", "echo p50", "p99", "server's core")
    return table(head, rows) if rows else ""


def ablation_table(results: Results) -> str:
    if not results.ablations:
        return ""
    head = ["", *(f"{people:,} × {talkers}" for people, talkers in ablations.LOADS)]
    first = next(iter(ablations.VARIANTS))
    rows = []
    for name in ablations.VARIANTS:
        row = [name]
        for load in ablations.LOADS:
            cell = find(results.ablations, name, *load)
            whole = find(results.ablations, first, *load)
            if cell is None or not cell.runs or whole is None or not whole.deliveries:
                row.append(f"– ({cell.note})" if cell and cell.note else "–")
            else:
                portion = cell.deliveries / whole.deliveries
                shown = f"{cell.deliveries:,.0f} ({portion:.0%}), {cell.cpu_per_delivery:.2f} µs"
                row.append(shown)
        rows.append(row)
    return table(head, rows)


def profile(results: Results) -> str:
    shown = [each for each in results.profiles if each.shares]
    if not shown:
        return "Needs py-spy, and the right to use it." if results.profiles else ""
    parts = list(dict.fromkeys(part for each in shown for part in each.shares))
    rows = []
    for part in parts:
        row = [part]
        for each in shown:
            portion = each.shares.get(part, 0.0)
            row.append(f"{portion:.0%} ({portion * each.cpu_per_delivery:.2f} µs)")
        rows.append(row)
    rows.append(["together", *(f"{each.cpu_per_delivery:.2f} µs" for each in shown)])
    return "Share of the server's time, and CPU per delivery.\n\n" + table(
        ["", *(load_text(each) for each in shown)], rows
    )
