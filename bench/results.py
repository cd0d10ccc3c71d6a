"""All that one run of the benchmark found; kept as JSON, so that the page can be made again."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from bench.cases.growth import Growth
from bench.cases.history import Past
from bench.cases.memory import Memory
from bench.cases.offered import Offered
from bench.cases.opening import Opening
from bench.cases.profile import Profile
from bench.cases.rooms import Rooms
from bench.cases.storm import Storm
from bench.cases.table import Cell
from bench.load.reaction_storm import Reacted
from testing.processes import ROOT

FILE = ROOT / "var" / "bench" / "results.json"


class Results(Struct):
    """Lists are empty, and the rest None, where a quick run leaves something out."""

    date: str
    quick: bool
    rounds: int
    seconds: float
    minutes: float
    machine: dict[str, str]
    commit_ms: float
    table: list[Cell] = []
    idle: list[Cell] = []
    memory: list[Memory] = []
    storms: list[Storm] = []
    reactions: Reacted | None = None
    pasts: list[Past] = []
    growth: list[Growth] = []
    profiles: list[Profile] = []
    ablations: list[Cell] = []
    offered: list[Offered] = []
    rooms: Rooms | None = None
    openings: list[Opening] = []
    nodes: list[Cell] = []

    def cell(self, server: str, people: int, talkers: int) -> Cell | None:
        """The one with runs, if there is one."""
        for cell in self.table:
            if (cell.server, cell.people, cell.talkers) == (server, people, talkers) and cell.runs:
                return cell
        return None


def save(results: Results, path: Path = FILE) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results)))


def load(path: Path = FILE) -> Results:
    return msgspec.json.decode(path.read_bytes(), type=Results)
