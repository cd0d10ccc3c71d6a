"""Run cases of the Autobahn test suite against a WebSocket echo server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.install import FOLDER

TIMEOUT = 1200  # seconds; all cases take 20 to 40 on an idle machine
PASSED = {"OK", "INFORMATIONAL"}


@dataclass(frozen=True)
class Result:
    """The suite's verdict on one case, such as 6.4.1."""

    case: str
    behavior: str  # OK, NON-STRICT, INFORMATIONAL, UNIMPLEMENTED, FAILED or WRONG CODE
    close: str  # likewise, of the closing handshake
    code: int | None  # with which the server closed

    @property
    def group(self) -> int:
        return int(self.case.split(".")[0])


def run(url: str, folder: Path, *cases: str) -> list[Result]:
    """`cases` are patterns such as "1.*"; reports of the suite's own are written to `folder`.

    Raises AssertionError if the suite itself breaks.
    """
    servers = [{"agent": "testee", "url": url}]
    spec = {"outdir": str(folder), "servers": servers, "cases": cases}
    given = folder / "spec.json"
    given.write_text(json.dumps(spec | {"exclude-cases": [], "exclude-agent-cases": {}}))
    command = [sys.executable, "-W", "ignore", "-m", "autobahntestsuite", str(given)]
    env = os.environ | {"PYTHONPATH": str(FOLDER)}
    ran = subprocess.run(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIMEOUT
    )
    output = ran.stdout.decode(errors="replace")
    assert ran.returncode == 0, output[-4000:]
    assert "Traceback" not in output, output[-4000:]
    found = json.loads((folder / "index.json").read_text())["testee"]
    return [
        Result(case, each["behavior"], each["behaviorClose"], each["remoteCloseCode"])
        for case, each in found.items()
    ]


def summary(results: list[Result]) -> str:
    """How many cases of each group passed, a line for each group."""
    groups = {result.group for result in results}
    counts = {
        group: Counter(result.behavior for result in results if result.group == group)
        for group in sorted(groups)
    }
    return "\n".join(
        f"{group}: " + ", ".join(f"{count} {name}" for name, count in found.most_common())
        for group, found in counts.items()
    )
