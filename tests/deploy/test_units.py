"""The systemd units: systemd accepts them, and runs them.

Where a test is about what a unit runs, and not how, the test itself restarts what ended, as
Restart= would.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import ExitStack, contextmanager
from functools import partial

import pytest
from websockets.sync.client import connect

from testing import processes
from testing.processes import ROOT
from testing.waiting import wait_until
from tests.conftest import missing
from tests.deploy import machine

UNITS = ROOT / "deploy" / "systemd"
INSTALLED = "/opt/chat"  # where the units expect the chat
EXPOSED = 15  # tenths; 10.0 is a service without any protection


@pytest.fixture
def analyze(tmp_path):
    """systemd-analyze, on copies of the units for the chat as it lies here."""
    if shutil.which("systemd-analyze") is None:
        missing("systemd", "apt-get install systemd")
    for unit in UNITS.iterdir():
        text = unit.read_text().replace(INSTALLED, str(ROOT))
        (tmp_path / unit.name.replace("@", "@8001")).write_text(text)

    def analyze(*words):
        command = ["systemd-analyze", *words, *sorted(tmp_path.iterdir())]
        return subprocess.run(command, capture_output=True, text=True)

    analyze.folder = tmp_path
    return analyze


def test_systemd_accepts_the_units_without_a_warning(analyze):
    assert analyze("verify").stderr == ""

    with (analyze.folder / "chat@8001.service").open("a") as unit:
        unit.write("[Service]\nRestrat=always\n")
    assert "Restrat" in analyze("verify").stderr


def test_the_service_is_sandboxed(analyze):
    for unit in analyze.folder.iterdir():
        if unit.suffix != ".service":
            unit.unlink()
    judged = analyze("security", "--offline=true", f"--threshold={EXPOSED}", "--no-pager")

    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_a_reload_of_all_restarts_them_in_turn_and_one_is_always_ready(postgres_server, tmp_path):
    with supervised(postgres_server, count=2) as nodes:
        pids = [node.pid for node in nodes]
        watch = Watch(nodes)

        reloads = [reload(node, tmp_path) for node in nodes]
        codes = [each.wait(60) for each in reloads]
        wait_until(lambda: all(is_ready(node) for node in nodes))

        assert codes == [0, 0]
        assert not set(pids) & {node.pid for node in nodes}
        assert watch.stop() == [1, 2], "how many were ready at once"


def test_a_reload_leaves_the_others_alone_when_one_does_not_come_back(postgres_server, tmp_path):
    with supervised(postgres_server, count=2) as nodes:
        (tmp_path / "drained").write_text(f"{processes.free_port()}\n")
        pid = nodes[0].pid

        refused = reload(nodes[0], tmp_path, READY_WITHIN="1")

        assert refused.wait(30) == 1
        assert nodes[0].running
        assert nodes[0].pid == pid


INSTALL = f"""
mkdir /opt/chat && mount --bind {ROOT} /opt/chat && mount -o remount,bind,ro /opt/chat
adduser --quiet --system --group --no-create-home --home /var/lib/chat chat
install --directory --group=chat --mode=0750 /etc/chat
install --directory --owner=chat --group=chat --mode=0700 /var/backups/chat
install --group=chat --mode=0640 /opt/chat/deploy/chat.env /etc/chat/chat.env
cp /opt/chat/deploy/systemd/chat* /etc/systemd/system/
systemctl daemon-reload
"""
JOURNAL = "journalctl --no-pager --unit='chat*' --since=-5min"
# A Python that is installed in a home folder is invisible to the sandboxed service.
PYTHON_AT_HOME = f"""
install --directory /etc/systemd/system/{{chat@,chat-backup}}.service.d
printf '[Service]\\nProtectHome=tmpfs\\nBindReadOnlyPaths={sys.base_prefix}\\n' |
    tee /etc/systemd/system/{{chat@,chat-backup}}.service.d/python.conf
systemctl daemon-reload
"""


def test_systemd_runs_the_service_and_its_backup(tmp_path):
    port = processes.free_port()
    unit = f"chat@{port}"
    with machine.booted(tmp_path / "machine") as own:
        own.does(INSTALL)
        if sys.base_prefix.startswith(("/root/", "/home/")):
            own.does(PYTHON_AT_HOME)
        try:
            own.does(f"systemctl enable --now chat.target {unit} chat-backup.timer")
            send(port, "Sent at first")
            for verb in (f"kill --signal=KILL {unit}", "reload 'chat@*'", f"restart {unit}"):
                before = main_pid(own, unit)
                own.does(f"systemctl {verb}")
                wait_until(partial(is_back, own, unit, before))
                assert "Sent at first" in page(port)
                send(port, f"Sent after {verb}")

            own.does("systemctl start chat-backup.service")
            backup = own.does("zcat /var/backups/chat/*.jsonl.gz")
            assert all(f"Sent {when}" in backup for when in ("at first", "after kill", "after re"))
            assert "chat-backup.timer" in own.does("systemctl list-timers")
            with connect(f"ws://127.0.0.1:{port}/ws", proxy=None):  # it closes this socket
                own.does("systemctl stop chat.target")
            assert main_pid(own, unit) == "0"
            log = own.does(JOURNAL)
        finally:
            print(own.run(JOURNAL).stdout)
    assert "Traceback" not in log
    assert not re.findall("status=.*/SYS", log)  # SystemCallFilter= killed the process


def is_back(own, unit, pid):
    """A process other than `pid` is active; ExecStartPost= waits until it is ready."""
    replaced = main_pid(own, unit) not in (pid, "0")
    return replaced and own.run(f"systemctl is-active {unit}").returncode == 0


def main_pid(own, unit):
    return own.does(f"systemctl show --property=MainPID --value {unit}").split()[-1]


def send(port, text):
    with connect(f"ws://127.0.0.1:{port}/ws", proxy=None) as socket:
        socket.send(text)
        assert socket.recv(timeout=10) == text


def page(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        return answer.read().decode()


@contextmanager
def supervised(postgres, count):
    """Processes as ExecStart= starts them, restarted whenever they end."""
    command = words("ExecStart", port="{port}")[1:]
    settings = {"DATABASE_URL": postgres.create_database(f"units_{time.monotonic_ns()}")}
    settings |= {"MIGRATE_AT_START": 1, "SECRET_KEY": "units'", "DRAIN_SECONDS": 3}
    with ExitStack() as stack:
        make = {"command": command, **settings}
        nodes = [stack.enter_context(processes.chat_node(**make)) for _ in range(count)]
        leaving = threading.Event()

        def restart(node):
            while not leaving.is_set():
                if not node.running:
                    node.start()
                leaving.wait(0.05)

        threads = [threading.Thread(target=restart, args=[node]) for node in nodes]
        for thread in threads:
            thread.start()
        try:
            yield nodes
        finally:
            leaving.set()
            for thread in threads:
                thread.join()
            print(*(node.log_text() for node in nodes))


class Watch:
    """Counts continuously how many of `nodes` are ready."""

    def __init__(self, nodes):
        self.nodes, self.seen = nodes, set()
        self.leaving = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.leaving.wait(0.02):
            self.seen.add(sum(is_ready(node) for node in self.nodes))

    def stop(self):
        self.leaving.set()
        self.thread.join()
        return sorted(self.seen)


def is_ready(node):
    try:
        with urllib.request.urlopen(f"{node.url}/readyz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def reload(node, folder, **environment):
    command = words("ExecReload", port=node.port, pid=node.pid)
    env = {"PATH": "/usr/bin:/bin", "RUNTIME_DIRECTORY": str(folder)} | environment
    return subprocess.Popen(command, env=env, cwd=ROOT)


def words(key, *, port, pid=""):
    """A command of the service, for the chat as it lies here."""
    unit = (UNITS / "chat@.service").read_text()
    (command,) = re.findall(rf"^{key}=(.+)$", unit, re.MULTILINE)
    command = command.replace(INSTALLED, str(ROOT)).replace("%i", str(port))
    return shlex.split(command.replace("$MAINPID", str(pid)))
