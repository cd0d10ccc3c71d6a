"""`manage.py doctor` as a process of its own, beside the servers that it looks at."""

from __future__ import annotations

import re
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

from testing.processes import ROOT

FINDING = re.compile(r"^(fine|note|WRONG)  (.{14}) (.+)$", re.MULTILINE)
NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970


class Report:
    """What it printed: for each check its state, and what it said."""

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


def doctor(proxy, node, folder, *words, clock=0.0, **environment):
    """Ask it about `node` behind `proxy`; `folder` has a backup. `clock` is how far the world's is
    ahead of ours, in seconds."""
    backups = folder / "backups"
    backups.mkdir(exist_ok=True)
    (backups / "chat.jsonl.gz").touch()
    with time_server(clock) as server:
        options = ["--ca", proxy.ca, "--backups", backups, "--time-server", server, *words]
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


@contextmanager
def time_server(ahead):
    """One that speaks NTP; where."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(0.1)
        leaving = threading.Event()

        def answer():
            while not leaving.is_set():
                try:
                    _, peer = listening.recvfrom(512)
                except TimeoutError:
                    continue
                seconds, fraction = divmod(time.time() + ahead + NTP_EPOCH, 1)
                now = struct.pack("!II", int(seconds), int(fraction * 2**32))
                listening.sendto(b"\x24" + bytes(39) + now, peer)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield "{}:{}".format(*listening.getsockname())
        finally:
            leaving.set()
            thread.join()
