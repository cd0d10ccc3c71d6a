"""Each section's table, from results; an empty text where there is nothing."""

from __future__ import annotations

from collections.abc import Callable

from bench.results import Results
from bench.tables import size, speed

SECTIONS: dict[str, Callable[[Results], str]] = {
    "comparison": speed.comparison,
    "notes": speed.notes,
    "scale": speed.scale,
    "idle": speed.idle,
    "offered": speed.offered,
    "ablations": speed.ablation_table,
    "profile": speed.profile,
    "history": size.history,
    "growth": size.growth,
    "memory": size.memory,
    "storms": size.storms,
    "reactions": size.reactions,
    "rooms": size.rooms,
    "nodes": size.nodes,
    "openings": size.openings,
}
