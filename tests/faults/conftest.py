"""The figures that the rig measured, at the end of a test run."""

from __future__ import annotations

from tests.faults import figures


def pytest_terminal_summary(terminalreporter):
    if figures.lines:
        terminalreporter.section("measured under faults")
        for line in figures.lines:
            terminalreporter.write_line(line)
