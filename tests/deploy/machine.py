"""A machine within this one, with systemd as its first process, for what only root can try out.

It sees this machine's files under a layer of its own, which is thrown away; nothing gets out of
it, and its processes end with it. The kernel is this machine's, and so is the network unless it
is asked for alone. Of all that a Debian starts it starts only the journal.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.processes import ROOT

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
KEPT = ("PIP_", "LANG", "TERM")  # of our environment
SYSTEMD = "/lib/systemd/systemd"
NAMESPACES = ["--mount", "--pid", "--cgroup", "--uts", "--ipc"]
BOOTS_WITHIN = 60  # seconds
BOOT = """
mount -t tmpfs tmpfs {layer}
mkdir {layer}/upper {layer}/work {layer}/root
mount -t overlay overlay -o lowerdir=/,upperdir={layer}/upper,workdir={layer}/work {layer}/root
cd {layer}/root
mkdir -p .{chat}
mount --bind {chat} .{chat}
mount -o remount,bind,ro .{chat}
for folder in {shared}; do mkdir -p .$folder; mount --bind $folder .$folder; done
mount -t proc proc proc
mount --rbind /dev dev
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs tmpfs run
rm -rf etc/systemd/system/*.wants opt/chat etc/chat var/lib/chat
find lib/systemd/system/*.target.wants -type l \\
    ! -name '*journal*' ! -name '*tmpfiles-setup.service' -delete
sed -i 's/ --remove//' lib/systemd/system/systemd-tmpfiles-setup.service
ip link set lo up
mkdir outside
pivot_root . outside
umount --lazy outside
exec env --ignore-environment container=other {systemd} --unit=basic.target
"""


class Machine:
    def __init__(self, pid, namespaces):
        self.enter = ["nsenter", f"--target={pid}", *namespaces, "--root"]

    def run(self, script, *, timeout=60):
        """What bash made of `script`: status and output. The first command that fails ends it."""
        kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
        return subprocess.run(
            [*self.enter, "bash", "-exo", "pipefail", "-c", f"cd /\n{script}"],
            env=kept | {"PATH": PATH, "HOME": "/root"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=timeout,
        )

    def does(self, script, **options):
        """The output of a script that has to succeed."""
        done = self.run(script, **options)
        assert done.returncode == 0, done.stdout[-20_000:]
        return done.stdout


@contextmanager
def booted(folder: Path, *, shared=(), alone=False):
    """A machine whose layer lies in `folder`. The chat is where it is on this one, and what is
    written into the folders that are `shared` stays; `alone` it has no network but its own."""
    if os.getuid() != 0:
        pytest.skip("only root can make a machine within this one")
    if shutil.which("nsenter") is None or not Path(SYSTEMD).exists():
        missing("systemd", "apt-get install systemd")
    folder.mkdir()
    namespaces = [*NAMESPACES, "--net"] if alone else NAMESPACES
    folders = " ".join(map(str, shared))
    script = BOOT.format(layer=folder, chat=ROOT, shared=folders, systemd=SYSTEMD)
    command = ["unshare", *namespaces, "--fork", "--kill-child", "sh", "-ec", script]
    log = folder.with_suffix(".log")
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        machine = Machine(_first_process(process), namespaces)
        deadline = time.monotonic() + BOOTS_WITHIN
        while machine.run("systemctl is-active basic.target").returncode != 0:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.skip(f"no machine can be made within this one: {log.read_text()[-500:]}")
            time.sleep(0.1)
        yield machine
    finally:
        process.kill()
        process.wait()


def _first_process(unshare):
    children = Path(f"/proc/{unshare.pid}/task/{unshare.pid}/children")
    while unshare.poll() is None:
        if found := children.read_text().split():
            return int(found[0])
        time.sleep(0.01)
    return unshare.pid
