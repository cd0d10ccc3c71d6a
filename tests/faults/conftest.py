"""The figures that the rig measured, at the end of a test run."""

from __future__ import annotations

import pytest

from tests.faults import figures
from tests.faults import scenario as worlds
from tests.faults.scenario import OPENED, either, world


@pytest.fixture
def sabotaged(redis_program, tmp_path, monkeypatch):
    """A world of nodes with a repair switched off, whose histories are not kept."""
    monkeypatch.setattr(worlds, "KEPT", tmp_path)

    def make(sabotage):
        options = {"nodes": 2, "people": 4, "redis": True, "command": OPENED}
        return world(f"sabotage {sabotage}", SABOTAGE=sabotage, **options)

    yield make
    assert list(tmp_path.glob("*.json"))


def pytest_collection_modifyitems(items):
    """Scenarios are slow on a busy machine and have their own deadlines."""
    for item in items:
        if "faults" in item.path.parts and not item.get_closest_marker("takes"):
            item.add_marker(pytest.mark.takes(either(240, 3600)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        report.sections += [(figures.HEADING, line) for line in figures.lines]
        figures.lines.clear()
    return report


def pytest_terminal_summary(terminalreporter):
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    lines = [
        text for report in reports for name, text in report.sections if name == figures.HEADING
    ]
    if lines:
        terminalreporter.section(figures.HEADING)
        for line in lines:
            terminalreporter.write_line(line)
        figures.lines.clear()  # other folders of tests report figures too
