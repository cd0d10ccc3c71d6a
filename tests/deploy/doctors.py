"""Runs `manage.py doctor` in a separate process, for servers that a test started."""

from __future__ import annotations

import re
import subprocess
import sys

from testing.processes import ROOT

FINDING = re.compile(r"^(fine|note|WRONG)  (.{14}) (.+)$", re.MULTILINE)


class Report:
    """Its output: the state of each check, and the text."""

    def __init__(self, done):
        self.text = done.stdout + done.stderr
        self.code = done.returncode
        found = FINDING.findall(done.stdout.replace("fine ", "fine").replace("note ", "note"))
        self.states = {check.strip(): state for state, check, _ in found}

    def of(self, state):
        return {check for check, found in self.states.items() if found == state}

    @property
    def wrong(self):
        return self.of("WRONG")


def doctor(proxy, node, folder, **environment):
    """Run it for `node` behind `proxy`; `folder` has a backup."""
    backups = folder / "backups"
    backups.mkdir(exist_ok=True)
    (backups / "chat.jsonl.gz").touch()
    options = ["--ca", proxy.ca, "--backups", backups]
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor", proxy.url, *map(str, options)],
        cwd=ROOT,
        env=node.popen["env"] | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    print(done.stdout, done.stderr)
    return Report(done)
