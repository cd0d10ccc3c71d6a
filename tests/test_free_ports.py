"""Ports for servers of tests that run at the same time."""

from __future__ import annotations

import subprocess
import sys

from testing import processes

CHOOSE = """
import random
from testing import processes

sample = random.sample
random.sample = lambda *args: [{taken}, *sample(*args)]
print(processes.free_port())
"""


def test_a_port_is_given_to_one_test_only_although_its_server_has_not_started():
    taken = processes.free_port()

    command = [sys.executable, "-c", CHOOSE.format(taken=taken)]
    chosen = subprocess.run(command, cwd=processes.ROOT, capture_output=True, text=True)

    assert chosen.returncode == 0, chosen.stderr
    assert int(chosen.stdout) != taken
