"""`manage.py serve`: options for the address to listen on, and for the access log."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import contextmanager

import pytest

from testing import first_start, processes
from tests.managing import manage
from tests.server.conftest import Toy
from tests.server.raw_socket import frame, handshake, read_frame

RUN = (
    "import sys, django; django.setup();"
    "from chatsite.management.commands.serve import Command;"
    "Command().run_from_argv(['manage.py', 'serve', *sys.argv[1:]])"
)


class Served(Toy):
    def __init__(self, folder, *words, at=None, **popen):
        self.port = processes.free_port()
        words = [word.format(port=self.port, folder=folder) for word in words]
        self.at = at or (words[1] if words[0] == "-u" else ("127.0.0.1", self.port))
        env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.server.toy.settings"}
        command = [sys.executable, "-u", "-c", RUN, *words]
        processes.Server.__init__(
            self, command, folder=folder, **{"cwd": processes.ROOT, "env": env} | popen
        )

    def answers(self):
        try:
            self.raw().close()
        except OSError:
            return False
        return True

    def raw(self):
        plain = socket.socket(socket.AF_UNIX if isinstance(self.at, str) else socket.AF_INET)
        plain.settimeout(30)
        plain.connect(self.at)
        return plain


@contextmanager
def served(*words, **popen):
    with processes.serving(lambda folder: Served(folder, *words, **popen)) as server:
        yield server
        print(server.log_text())


def echoes(server):
    with server.raw() as plain:
        handshake(plain, "/echo")
        plain.sendall(frame(0x1, b"hello"))
        return read_frame(plain) == (0x1, b"hello")


@pytest.mark.parametrize(
    "words",
    [
        ["-p", "{port}"],
        ["-b", "127.0.0.1", "--port", "{port}"],
        ["-u", "{folder}/chat.sock"],
        ["-e", "tcp:port={port}:interface=127.0.0.1"],
    ],
)
def test_it_serves_at_the_given_address_and_exits_with_0(words):
    with served(*words) as server:
        assert echoes(server)

        assert server.terminate() == 0
        assert server.log_text().startswith("started\nServing at "), "once it listens"


def test_it_serves_on_an_inherited_descriptor():
    with socket.create_server(("127.0.0.1", 0)) as inherited:
        number = inherited.fileno()
        at = inherited.getsockname()
        with served("--fd", str(number), at=at, pass_fds=[number]) as server:
            assert echoes(server)


@pytest.mark.parametrize(("words", "asked"), [([], False), (["--access-log", "-"], True)])
def test_access_lines_come_only_when_asked_for(words, asked):
    with served("-p", "{port}", *words) as server:
        assert echoes(server)
        assert server.stats()

        assert server.terminate() == 0
        assert ("WSCONNECT /echo" in server.log_text()) is asked
        assert ("GET /stats" in server.log_text()) is asked
        assert "hello" not in server.log_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--access-log", "/no/such/folder/log"], "/no/such/folder/log cannot be written: No such"),
        (["-e", "nonsense"], "--endpoint nonsense: Unknown endpoint type"),
        (["-e", "tcp:port=http"], "--endpoint tcp:port=http: invalid literal"),
        (["-p", "99999"], "Listen failure: bind(): port must be 0-65535"),
        (["-u", "/no/such/folder/chat.sock"], "No such file or directory"),
        (["--fd", "99"], "Bad file descriptor"),
        (["--local", "--fd", "0"], "--local only works with --bind and --port"),
    ],
)
def test_what_it_cannot_open_is_reported_in_one_line(words, told, tmp_path):
    first_start.copy_to(tmp_path)

    done = manage("serve", *words, check=False, DATA_DIR=tmp_path)

    assert done.returncode == 1
    assert told in done.stdout
