"""Figures that the tests measured: printed at the end, and appended to var/faults/figures.jsonl.

A line is sent with the report of its test, which may run in another worker process.
"""

from __future__ import annotations

import json
import time

from testing.processes import ROOT

FILE = ROOT / "var" / "faults" / "figures.jsonl"

HEADING = "measured under faults"

lines = []  # of the test that runs


def add(name, **measured):
    measured = {key: round(v, 3) if isinstance(v, float) else v for key, v in measured.items()}
    lines.append(f"{name}: " + ", ".join(f"{key} {value}" for key, value in measured.items()))
    FILE.parent.mkdir(parents=True, exist_ok=True)
    with FILE.open("a") as file:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        file.write(json.dumps({"at": at, "name": name, **measured}) + "\n")


def percentile(values, percent):
    """The percentile by nearest rank; None if there are no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else None


def ack_seconds(people, since=0.0, until=float("inf")):
    """The seconds until acknowledgement of messages sent in [since, until)."""
    found = []
    for person in people:
        sent = {e["id"]: e["at"] for e in person.noted("invoke") if since <= e["at"] < until}
        found += [e["at"] - sent[e["id"]] for e in person.noted("ok") if e["id"] in sent]
    return found


def p99_ms(people, since=0.0, until=float("inf")):
    value = percentile(ack_seconds(people, since, until), 99)
    return None if value is None else round(value * 1000, 1)


def spread_seconds(people, since=0.0, until=float("inf")):
    """The seconds from each acknowledgement in [since, until) until the last of `people` who were
    connected before `since` saw the message."""
    there = [p for p in people if any(e["at"] <= since for e in p.noted("welcome"))]
    found = []
    for ok in (e for p in people for e in p.noted("ok") if since <= e["at"] < until):
        last = max(p.seen_at.get(ok["id"], float("inf")) for p in there)
        found.append(max(0.0, last - ok["at"]))
    return found
