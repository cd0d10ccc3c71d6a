"""The load generator as a process of its own: `python -m bench.generator SCENARIO SPEC`.

Reads and writes JSON, one line each; see bench/load/.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
import uvloop

from bench.load.hold import hold
from bench.load.measure import measure
from bench.load.pages import pages
from bench.load.reaction_storm import reactions
from bench.load.spec import Spec
from bench.load.storm import storm

SCENARIOS: dict[str, Callable[[Spec], Coroutine[Any, Any, Any]]] = {
    "hold": hold,
    "measure": measure,
    "pages": pages,
    "reactions": reactions,
    "storm": storm,
}


def main(scenario: str, spec_json: str) -> None:
    spec = msgspec.json.decode(spec_json, type=Spec)
    if spec.cores:
        os.sched_setaffinity(0, spec.cores)
    result: Any = uvloop.run(SCENARIOS[scenario](spec))
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
