"""A machine in a container, with systemd as its first process, for tests that need root.

It sees this machine's files under a layer of its own, which is thrown away; nothing gets out of
it, and its processes end with it. The kernel is this machine's, and so is the network unless it
is asked for alone. Of all that a Debian starts it starts only the journal.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from testing.processes import ROOT
from tests.conftest import missing, not_permitted

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
KEPT = ("PIP_", "LANG", "TERM")  # of our environment
SYSTEMD = "/lib/systemd/systemd"
NAMESPACES = ["--mount", "--pid", "--cgroup", "--uts", "--ipc"]
BOOTS_WITHIN = 60  # seconds
# Two machines in one control group would remove each other's groups.
GROUP = """
mount -t cgroup2 cgroup2 {layer}
group={layer}$(sed -n s/^0:://p /proc/self/cgroup)/{name}
"""
INTO_GROUP = "mkdir $group; echo $$ >$group/cgroup.procs; umount {layer}; exec {command}"
NO_GROUP = """
for tenth in $(seq 50); do
    find $group -depth -type d -exec rmdir {} + 2>/dev/null && exit
    sleep 0.1
done
"""
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
ip link set lo up || :  # it may be up, and the tool not there
mkdir outside
pivot_root . outside
umount --lazy outside
exec env --ignore-environment container=other {systemd} --unit=basic.target
"""


class Machine:
    def __init__(self, pid, namespaces):
        self.enter = ["nsenter", f"--target={pid}", *namespaces, "--root"]

    def run(self, script, *, timeout=60):
        """Run `script` in bash, up to the first command that fails; returns status and output."""
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
        """Run a script that must succeed; returns its output."""
        done = self.run(script, **options)
        assert done.returncode == 0, done.stdout[-20_000:]
        return done.stdout


@contextmanager
def booted(folder: Path, *, shared=(), alone=False):
    """A machine whose layer lies in `folder`. The chat is where it is on this one, and what is
    written into the folders that are `shared` stays; `alone` it has no network but its own."""
    if os.getuid() != 0:
        not_permitted("to make a machine within this one, as only root may")
    if shutil.which("nsenter") is None or not Path(SYSTEMD).exists():
        missing("systemd", "apt-get install systemd")
    if subprocess.run(["unshare", *NAMESPACES, "--fork", "true"], capture_output=True).returncode:
        not_permitted("to make namespaces")
    folder.mkdir()
    namespaces = [*NAMESPACES, "--net"] if alone else NAMESPACES
    folders = " ".join(map(str, shared))
    script = BOOT.format(layer=folder, chat=ROOT, shared=folders, systemd=SYSTEMD)
    boot = shlex.join(["unshare", *namespaces, "--fork", "--kill-child", "sh", "-ec", script])
    group = GROUP.format(layer=folder, name=f"chat-{uuid4().hex}")
    command = _apart(group + INTO_GROUP.format(layer=folder, command=boot))
    log = folder.with_suffix(".log")
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        deadline = time.monotonic() + BOOTS_WITHIN
        while (machine := _booted_by(process, namespaces)) is None:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the machine within this one did not boot: {log.read_text()[-500:]}")
            time.sleep(0.1)
        yield machine
    finally:
        process.kill()
        process.wait()
        subprocess.run(_apart(group + NO_GROUP), capture_output=True)


def _apart(script):
    return ["unshare", "--mount", "sh", "-ec", script]


def _booted_by(process, namespaces):
    """The machine, or None until its first process is systemd: commands would run on the host."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    try:
        pid = children.read_text().split()[0]
        if Path(f"/proc/{pid}/exe").resolve().name != "systemd":
            return None
    except (OSError, IndexError):
        return None
    machine = Machine(pid, namespaces)
    is_up = machine.run("systemctl is-active basic.target").returncode == 0
    return machine if is_up else None
