"""The goals, and whether they were met."""

from __future__ import annotations

import os
from collections.abc import Iterator

from msgspec import Struct

from bench.cases.table import BARE, NATS, OURS, QUART, TUTORIAL
from bench.results import Results

FLAT = 1.25  # the most that a delivery may cost with many, relative to few


class Goal(Struct):
    number: int
    text: str
    wanted: str
    found: str
    met: bool | None  # None: could not be measured here
    beside: str = ""  # what the same run measured that may explain it


def goals(results: Results) -> list[Goal]:
    return [
        *ratios(results),
        *echo(results),
        *flatness(results),
        *endings(results),
        *nodes(results),
    ]


def ratios(results: Results) -> Iterator[Goal]:
    for number, people, talkers, other, least in (
        (1, 1000, 8, TUTORIAL, 50),
        (1, 1000, 8, QUART, 8),
        (1, 1000, 8, BARE, 1),
        (1, 1000, 100, BARE, 4),
        (1, 1000, 100, NATS, 4),
        (2, 100, 8, TUTORIAL, 25),
        (2, 100, 8, QUART, 5),
    ):
        ours = results.cell(OURS, people, talkers)
        theirs = results.cell(other, people, talkers)
        text = f"{people:,} connections, {talkers} talking, against: {other}"
        if ours is None or theirs is None or not theirs.deliveries:
            yield Goal(number, text, f"{least}x", "not measured", None)
        else:
            ratio = ours.deliveries / theirs.deliveries
            beside = most_time(results, people, talkers)
            yield Goal(number, text, f"{least}x", f"{ratio:.2f}x", ratio >= least, beside)


def echo(results: Results) -> Iterator[Goal]:
    cells = {cell.server: cell for cell in results.idle if cell.runs}
    if OURS in cells and TUTORIAL in cells:
        ratio = cells[OURS].echo_p50 / cells[TUTORIAL].echo_p50
        beside = f"a minimal commit takes {results.commit_ms:.2f} ms"
        text = "Idle echo with the commit, against the tutorial's without"
        yield Goal(3, text, "at most 1.3x", f"{ratio:.2f}x", ratio <= 1.3, beside)


def flatness(results: Results) -> Iterator[Goal]:
    costs = [
        cell.cpu_per_delivery
        for cell in results.table
        if cell.server == OURS and cell.talkers == 8 and cell.people >= 100 and cell.runs
    ]
    if len(costs) > 1:
        # What 5,000 cost more than 100. Costing less is welcome.
        text = "CPU per delivery does not grow from 100 to 5,000 connections, 8 talking"
        worst = costs[-1] / costs[0]
        found = f"{costs[0]:.2f} to {costs[-1]:.2f} µs ({worst:.2f}x)"
        yield Goal(4, text, "by at most 25 %", found, worst <= FLAT)
    if results.pasts:
        first, last = results.pasts[0], results.pasts[-1]
        span = f"from {first.messages:,} to {last.messages:,} messages"
        slower = first.posts / last.posts
        found = f"{first.posts:,.0f} to {last.posts:,.0f} posts/s ({slower:.2f}x the time)"
        yield Goal(4, f"Posting {span}", "flat within 25 %", found, slower <= FLAT)
        slower = last.page_p50 / first.page_p50
        found = f"{first.page_p50:.2f} to {last.page_p50:.2f} ms ({slower:.2f}x)"
        yield Goal(4, f"A history page {span}", "flat within 25 %", found, slower <= FLAT)


def endings(results: Results) -> Iterator[Goal]:
    if results.memory:
        each = max(memory.kib_each for memory in results.memory)
        text = "Server memory per idle connection"
        yield Goal(5, text, "at most 30 KiB", f"{each:.1f} KiB", each <= 30)
    if results.storms:
        storm = results.storms[-1]
        seconds, text = storm.survived.resume_seconds, f"{storm.people:,} clients resume"
        yield Goal(5, text, "within 10 s", f"{seconds:.1f} s", seconds <= 10)
        queries = storm.queries_in_all
        yield Goal(5, f"{text}, queries", "at most 10", str(queries), queries <= 10)


def nodes(results: Results) -> Iterator[Goal]:
    found = {
        cell.server: cell.deliveries
        for cell in results.nodes
        if (cell.people, cell.talkers) == (1000, 8) and cell.runs
    }
    if "1 processes" in found and "2 processes" in found:
        ratio = found["2 processes"] / found["1 processes"]
        cores = os.cpu_count() or 1
        enough = cores >= 5  # two processes, the load, PostgreSQL, Redis
        met = ratio >= 1.8 if enough or ratio >= 1.8 else None
        beside = f"{cores} cores, for two processes, Redis, PostgreSQL and the load"
        text = "Two processes on Redis and PostgreSQL, against one"
        yield Goal(6, text, "1.8x", f"{ratio:.2f}x", met, "" if enough else beside)


def most_time(results: Results, people: int, talkers: int) -> str:
    """The three parts that take most of the server's time, from the profile of that load."""
    for profile in results.profiles:
        if (profile.people, profile.talkers) == (people, talkers):
            parts = list(profile.shares.items())[:3]
            return "server's time: " + ", ".join(f"{name} {portion:.0%}" for name, portion in parts)
    return ""
