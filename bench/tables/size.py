"""What much of something costs: of messages, connections, rooms, processes, bytes."""

from __future__ import annotations

from bench.cases.opening import Opening
from bench.cases.table import cost, load_text
from bench.load.spec import Result
from bench.results import Results
from bench.tables.markdown import echoes, milliseconds, table


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


def growth(results: Results) -> str:
    rows = [(f"{each.messages:,}", f"{each.posts:,.0f}") for each in results.growth]
    return table(("messages stored by then", "posts/s"), rows) if rows else ""


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


def reactions(results: Results) -> str:
    found = results.reactions
    if found is None:
        return ""
    rows = [
        ("reactions acknowledged, and counted in the end", f"{found.acked:,}, {found.count:,}"),
        ("numbers of the log that they took", str(found.seqs)),
        (
            "frames with the message, per reader",
            f"{found.frames}, {found.bytes / 1024:.1f} KiB",
        ),
        ("until a reaction was acknowledged, p50, p99", times(found.ack_p50, found.ack_p99)),
        ("echo of the others' messages in calm, p50, p99", times(found.calm_p50, found.calm_p99)),
        ("the same in that second", times(found.storm_p50, found.storm_p99)),
    ]
    return table(("", ""), rows)


def times(*each: float | None) -> str:
    return ", ".join(map(milliseconds, each))


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


def openings(results: Results) -> str:
    head = ("", "requests", "over HTTP", "over the socket", "first message visible", "connected")
    return table(head, map(opening_figures, results.openings)) if results.openings else ""


def opening_figures(found: Opening) -> list[str]:
    weights = [f"{kib:.0f} KiB" for kib in (found.kib, found.socket_kib)]
    moments = [milliseconds(moment) for moment in (found.message_ms, found.ready_ms)]
    return [found.visit, f"{found.requests}", *weights, *moments]
