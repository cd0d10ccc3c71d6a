"""The figures that the rig measured, at the end of a test run."""

from __future__ import annotations

import pytest

from tests.faults import figures
from tests.faults.scenario import either


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
