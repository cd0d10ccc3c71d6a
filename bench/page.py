"""docs/benchmarks.md and its plots, and the README's table, from results."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bench import plots, readme, tables
from bench.goals import goals
from bench.results import Results
from bench.tables.markdown import table

TEMPLATE = Path(__file__).with_name("page.md")
NOT_MEASURED = "Not measured in this run."
VERDICT = {True: "met", False: "**not met**", None: "open"}


def write(results: Results, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    plots.write(results, folder)
    (folder / "benchmarks.md").write_text(page(results))
    if not results.quick:
        readme.write(results, folder.parent / "README.md")


def page(results: Results) -> str:
    quick = "A quick look: few cells, one run each." if results.quick else ""
    # Of this chat's cells, those that no goal hangs on have a single run.
    runs = f"The median of {results.rounds} runs of {results.seconds:g} s"
    parts = {
        "head": f"Measured on {results.date}, in {results.minutes:.0f} minutes.",
        "quick": quick,
        "machine": "\n".join(f"- {key}: {value}" for key, value in results.machine.items()),
        "commit": f"A minimal SQLite commit, on disk, takes {results.commit_ms:.2f} ms here.",
        "rounds": runs if results.rounds > 1 else f"One run of {results.seconds:g} s",
        "throughput_plot": plots.picture("throughput", "Deliveries a second by server"),
        "scale_plot": plots.picture("scale", "Deliveries a second over connections"),
        "goals": goal_table(results),
    }
    parts |= {name: make(results) or NOT_MEASURED for name, make in tables.SECTIONS.items()}
    text = TEMPLATE.read_text()
    for name, value in parts.items():
        text = text.replace(f"{{{name}}}", value)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def goal_table(results: Results) -> str:
    return table(
        ("", "goal", "wanted", "found", "", "measured beside it"),
        ordered(results),
    )


def ordered(results: Results) -> Iterable[tuple[str, ...]]:
    for goal in goals(results):
        yield (
            *(str(goal.number), goal.text, goal.wanted, goal.found),
            *(VERDICT[goal.met], goal.beside),
        )
