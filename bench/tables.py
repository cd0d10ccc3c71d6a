"""Each section's table, from results, in Markdown; an empty text where there is nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bench.cases import ablations
from bench.cases import table as main_table
from bench.cases.opening import Opening
from bench.cases.table import COMPARED, OURS, Cell, cost, load_text
from bench.load.spec import Result
from bench.results import Results

NEAR_ITS_LIMIT = 0.95  # of a core: then the load may be what bounds a figure


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


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


def history(results: Results) -> str:
    rows = [
        (
            f"{past.messages:,}",
            f"{past.posts:,.0f}",
            milliseconds(past.page_p50),
            milliseconds(past.page_p99),
        )
        for past in results.pasts
    ]
    head = ("messages in the room", "posts/s (100 × 100)", "page of 100, p50", "p99")
    return table(head, rows) if rows else ""


def memory(results: Results) -> str:
    rows = [
        (f"{each.people:,}", f"{each.kib_each:.1f} KiB", f"{each.connect_seconds:.1f} s")
        for each in results.memory
    ]
    return table(("idle connections", "server memory each", "until all were live"), rows)


def storms(results: Results) -> str:
    rows = [
        (
            f"{storm.people:,}",
            f"{storm.survived.resume_seconds:.1f} s",
            f"{storm.cpu_seconds:.1f} s",
            str(storm.queries_in_all),
            f"{storm.survived.lost} / {storm.survived.faults}",
        )
        for storm in results.storms
    ]
    head = ("clients", "all live after", "CPU", "queries in all", "lost / wrong")
    return table(head, rows) if rows else ""


def rooms(results: Results) -> str:
    if results.rooms is None:
        return ""
    found = results.rooms
    rows = [
        ["a busy room (100 × 8) alone", *group_figures(found.alone, 0)],
        ["the same among 1,000 quiet rooms", *group_figures(found.among_quiet, 0)],
        ["the quiet rooms, 20 messages a second in all", *group_figures(found.among_quiet, 1)],
    ]
    if found.many is not None:
        rows.append(["1,000 rooms of 10, 100 talkers", *group_figures(found.many, 0)])
    return table(("", "deliveries/s", "echo p50", "p99"), rows)


def group_figures(result: Result, number: int) -> list[str]:
    return [f"{result.groups[number].deliveries:,.0f}", *echoes(result, number)]


def nodes(results: Results) -> str:
    rows = [
        (
            cell.server.replace("1 processes", "1 process"),
            load_text(cell),
            f"{cell.deliveries:,.0f}",
            milliseconds(cell.echo_p50),
            f"{cost(cell.runs[0]):.2f} µs",
        )
        if cell.runs
        else (cell.server, load_text(cell), f"– ({cell.note})", "", "")
        for cell in results.nodes
    ]
    return table(("", "load", "deliveries/s", "echo p50", "CPU per delivery"), rows) if rows else ""


def find(cells: Iterable[Cell], server: str, people: int, talkers: int) -> Cell | None:
    wanted = (server, people, talkers)
    return next((c for c in cells if (c.server, c.people, c.talkers) == wanted), None)


def echoes(result: Result, number: int) -> tuple[str, str]:
    group = result.groups[number]
    return milliseconds(group.echo_p50 or 0.0), milliseconds(group.echo_p99 or 0.0)


def openings(results: Results) -> str:
    head = ("", "requests", "over HTTP", "over the socket", "first message visible", "connected")
    return table(head, map(opening_figures, results.openings)) if results.openings else ""


def opening_figures(found: Opening) -> list[str]:
    weights = [f"{kib:.0f} KiB" for kib in (found.kib, found.socket_kib)]
    moments = [milliseconds(moment) for moment in (found.message_ms, found.ready_ms)]
    return [found.visit, f"{found.requests}", *weights, *moments]


def milliseconds(value: float) -> str:
    return f"{value:.2f} ms" if value < 10 else f"{value:,.0f} ms"


SECTIONS: dict[str, Callable[[Results], str]] = {
    "comparison": comparison,
    "notes": notes,
    "scale": scale,
    "idle": idle,
    "offered": offered,
    "ablations": ablation_table,
    "profile": profile,
    "history": history,
    "memory": memory,
    "storms": storms,
    "rooms": rooms,
    "nodes": nodes,
    "openings": openings,
}
