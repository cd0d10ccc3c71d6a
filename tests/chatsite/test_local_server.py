"""A server without a proxy, as `make run` starts it: the hosts it accepts, what it prints."""

from __future__ import annotations

import http.client
import os
import pty
import select
import subprocess
import sys
import time

import pytest

from chat.access.lan import is_loopback, lan_address, lan_addresses
from testing import first_start, processes
from tests.conftest import missing

SERVE = ("manage.py", "serve", "--bind", "0.0.0.0", "--port", "{port}")
LOCAL = (*SERVE, "--local")
RUNSERVER = ("manage.py", "runserver", "--noreload", "0.0.0.0:{port}")


@pytest.fixture
def address():
    return lan_address() or missing("a network address", "connect this machine to a network")


def status_for(host, port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/", headers={"Host": f"{host}:{port}"})
    return connection.getresponse().status


def test_make_run_starts_the_local_server():
    printed = subprocess.run(
        ["make", "-n", "-o", "install", "run", "HOST=0.0.0.0", "PORT=9000"],
        cwd=processes.ROOT,
        capture_output=True,
        text=True,
    )

    assert f"{' '.join(LOCAL[:2])} --local --bind 0.0.0.0 --port 9000" in printed.stdout


@pytest.mark.parametrize("command", [LOCAL, RUNSERVER], ids=["serve", "runserver"])
def test_on_all_interfaces_it_answers_to_its_own_addresses_and_to_no_other_host(address, command):
    with processes.chat_node(command=command) as server:
        hosts = [address, "127.0.0.1", "localhost", "203.0.113.77", "evil.example"]
        found = [status_for(host, server.port) for host in hosts]

    assert found == [200, 200, 200, 400, 400]


def test_without_local_serve_answers_only_to_allowed_hosts(address):
    with processes.chat_node(command=SERVE) as server:
        assert status_for(address, server.port) == 400
        assert status_for("localhost", server.port) == 200
        assert "On your network" not in server.log_text()


def test_on_loopback_it_prints_the_address_to_open():
    command = ("manage.py", "serve", "--local", "--port", "{port}")
    with processes.chat_node(command=command, PATH_PREFIX="/chat") as server:
        assert f"Open http://127.0.0.1:{server.port}/chat/" in server.log_text()


def test_a_terminal_shows_the_address_as_a_qr_code(address, tmp_path):
    port = processes.free_port()
    primary, secondary = pty.openpty()
    server = processes.Server(
        [sys.executable, *(word.format(port=port) for word in LOCAL)], folder=tmp_path
    )
    first_start.copy_to(tmp_path)
    environment = os.environ | {"DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    server.popen |= {"cwd": processes.ROOT, "env": environment, "stdout": secondary}
    server.answers = lambda: True  # what it prints says when
    try:
        server.start()
        shown = read_until(primary, "Scan with a phone")
    finally:
        server.stop()
        os.close(secondary)
        os.close(primary)

    assert f"http://{address}:{port}/" in shown
    assert "█ ▄▄▄▄▄ █" in shown, "a finder pattern"


def read_until(terminal, words):
    deadline = time.monotonic() + 60
    shown = b""
    while words.encode() not in shown:
        assert time.monotonic() < deadline, shown.decode(errors="replace")
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 65536)
    return shown.decode()


def test_loopback_is_not_among_the_machines_addresses(address):
    assert lan_addresses()[0] == address
    assert not any(is_loopback(each) for each in lan_addresses())


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "a.localhost", "127.0.0.1", "127.8.8.8", "[::1]"]
)
def test_a_loopback_host_is_recognised(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["localhost.example", "192.168.1.20", "chat.example", "[fe80::1]"])
def test_another_host_is_not_taken_for_loopback(host):
    assert not is_loopback(host)
