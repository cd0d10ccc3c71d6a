"""The chat on the oldest and the newest packages that requirements-run.txt allows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from testing.processes import ROOT
from tests.faults.scenario import LONG

UV = Path(sys.executable).with_name("uv")
# All tests that need neither a browser nor tools of this environment.
TESTS = ["tests", *(f"--ignore=tests/{name}" for name in ("browser", "deploy", "faults"))]
NEEDS_THE_LOCKED_VERSIONS = "tests/test_requirements.py"


@pytest.mark.skipif(not LONG, reason="installs everything twice, and runs most tests: FAULTS=long")
@pytest.mark.parametrize("end", ["lowest-direct", "highest"])
def test_the_tests_pass_at_both_ends_of_the_ranges(end, tmp_path):
    chosen, python = tmp_path / "chosen.txt", tmp_path / "venv" / "bin" / "python"
    choose = ["pip", "compile", "--quiet", "--resolution", end, "requirements-run.txt"]
    uv(*choose, "--output-file", chosen)
    uv("venv", "--python", sys.executable, tmp_path / "venv")
    uv("pip", "install", "--python", python, "-r", "requirements-dev.txt", "-c", chosen)

    command = [python, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", "-q", *TESTS]
    env = os.environ | {"PATH": f"{python.parent}:{os.environ['PATH']}"}
    ran = subprocess.run(
        [*command, f"--ignore={NEEDS_THE_LOCKED_VERSIONS}"],
        cwd=ROOT,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )

    print(chosen.read_text())
    assert ran.returncode == 0, ran.stdout[-20_000:]


def uv(*words):
    subprocess.run([UV, *words], cwd=ROOT, check=True)
