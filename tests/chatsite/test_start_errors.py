"""If the chat cannot start, it prints one line and not a traceback."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from chatsite.startup import static_files_changed
from testing import environment, processes
from testing.environment import ROOT
from testing.processes import free_port

SERVE = ("manage.py", "serve", "--port")
RUNSERVER = ("manage.py", "runserver")
DAPHNE = ("-m", "daphne", "chatsite.asgi:application", "-p")
SECONDS = 120  # on a busy machine


def ended(tmp_path, *command, **settings):
    """The process, which must end by itself."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment.only({"DATA_DIR": tmp_path / "data"} | settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=SECONDS,
    )


def refused(tmp_path, *command, **settings):
    """The last line of a process that ends with 1 and without a traceback."""
    done = ended(tmp_path, *command, **settings)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "command", [("manage.py", "check"), SERVE, (*RUNSERVER, "--noreload"), RUNSERVER, DAPHNE]
)
def test_a_wrong_setting_is_one_line_however_the_chat_is_started(tmp_path, command):
    places = () if command[-1] == "check" else (str(free_port()),)

    done = ended(tmp_path, *command, *places, RETENTION_DAYS=-1)

    assert done.returncode == 1
    assert re.fullmatch(r"Settings: RETENTION_DAYS is '-1'\..*\n", done.stderr)


def test_the_option_traceback_prints_the_traceback(tmp_path):
    done = ended(tmp_path, "manage.py", "check", "--traceback", RETENTION_DAYS=-1)

    assert done.stderr.startswith("Traceback")
    assert done.returncode == 1


@pytest.mark.parametrize("command", [(*SERVE, "1"), ("manage.py", "migrate")])
def test_an_unusable_sqlite_file_is_named(tmp_path, command):
    database = tmp_path / "data" / "chat.sqlite3"
    database.mkdir(parents=True)
    assert f"Database: {database}: unable to open" in refused(tmp_path, *command)

    database.rmdir()
    database.write_text("no database" * 100)
    line = refused(tmp_path, *command)

    assert f"Database: {database}: file is not a database" in line
    assert "can write this file and its folder" in line


@pytest.mark.parametrize("command", [(*SERVE, "1"), (*RUNSERVER, "1")])
def test_a_data_dir_that_cannot_be_written_is_named(tmp_path, command):
    assert "DATA_DIR is '/dev/null/data'" in refused(tmp_path, *command, DATA_DIR="/dev/null/data")

    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "static").write_text("in the way")
    line = refused(tmp_path, *command)

    assert f"Settings: DATA_DIR is '{tmp_path / 'data'}'" in line
    assert "Not a directory" in line


def test_a_postgresql_that_refuses_or_is_away_is_named_without_the_password(
    tmp_path, postgres_server
):
    locked_role(postgres_server, password="right")
    secret = {"SECRET_KEY": "x" * 50, "MIGRATE_AT_START": 1, "DATA_DIR": tmp_path}
    for user, where, reason in (
        ("chat", f"127.0.0.1:{free_port()}/chat", "refused"),
        ("chat", f"127.0.0.1:{postgres_server.port}/nowhere", '"nowhere" does not exist'),
        ("locked", f"127.0.0.1:{postgres_server.port}/chat", "password authentication failed"),
    ):
        url = f"postgres://{user}:hunter2@{where}"

        done = ended(tmp_path, *SERVE, "1", DATABASE_URL=url, **secret)

        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "hunter2" not in done.stderr
        line = done.stderr.splitlines()[-1]
        assert line.startswith(f"Database: {where.partition('/')[2]} at {where.partition('/')[0]}")
        assert "Check DATABASE_URL" in line
        assert reason in line


def locked_role(server, password):
    """A role "locked", which needs its password."""
    with server.connect("chat") as connection:
        connection.execute("DROP ROLE IF EXISTS locked")
        connection.execute(f"CREATE ROLE locked LOGIN PASSWORD '{password}'")
        rules = Path(connection.execute("SHOW hba_file").fetchone()[0])
        rules.write_text(f"host all locked 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
        connection.execute("SELECT pg_reload_conf()")
    url = server.url.replace("chat@", "locked@")
    deadline = time.monotonic() + SECONDS
    while enters(url) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert enters(url.replace("locked@", f"locked:{password}@"))


def enters(url):
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def test_a_port_that_is_in_use_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        done = ended(tmp_path, *SERVE, str(port), "--local")

    assert done.returncode == 1
    *_, line = done.stderr.splitlines()
    assert f"Couldn't listen on 127.0.0.1:{port}" in line
    assert not [each for each in done.stderr.splitlines() if "Ended" in each]


def test_an_access_log_that_cannot_be_written_is_named(tmp_path):
    line = refused(tmp_path, *SERVE, "1", "--access-log", str(tmp_path / "nowhere" / "log"))

    assert "--access-log" in line
    assert "No such file or directory" in line


def test_truncated_static_files_are_collected_again():
    with processes.chat_node() as node:
        static = node.data_dir / "static"
        manifest = static / "staticfiles.json"
        whole = manifest.read_bytes()
        image = next(static.glob("chat/icon-192.*.png"))
        picture = image.read_bytes()
        node.stop()
        manifest.write_bytes(whole[: len(whole) // 2])
        image.write_bytes(picture[:100])  # written before the disk was full
        node.start()

        assert json.loads(manifest.read_bytes())["paths"] == json.loads(whole)["paths"]
        assert image.read_bytes() == picture


def test_files_of_a_running_release_stay_after_an_interrupted_collection():
    with processes.chat_node() as node:
        static = node.data_dir / "static"
        of_another_release = static / "chat/js/main.0123456789ab.js"
        of_another_release.write_text("// its pages still load this")
        whole = (static / "staticfiles.json").read_bytes()
        node.stop()
        (static / "staticfiles.json").unlink()
        (static.with_name("static.new") / "chat").mkdir(parents=True)
        node.start()

        assert of_another_release.exists()
        assert (
            json.loads((static / "staticfiles.json").read_bytes())["paths"]
            == (json.loads(whole)["paths"])
        )
        assert not static.with_name("static.new").exists()


PREPARE_ON_A_FULL_DISK = """
import resource
import django
django.setup()
from chatsite.startup import prepare
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
prepare()
"""


def test_static_files_stay_intact_when_the_disk_is_full():
    with processes.chat_node() as node:
        static = node.data_dir / "static"
        node.stop()
        os.utime(static / "staticfiles.json", (0, 0))  # older than every source
        before = {path: path.read_bytes() for path in static.rglob("*") if path.is_file()}
        done = subprocess.run(
            [sys.executable, "-c", PREPARE_ON_A_FULL_DISK],
            cwd=ROOT,
            env=node.popen["env"]
            | {"DJANGO_SETTINGS_MODULE": "chatsite.settings", "MIGRATE_AT_START": "0"},
            capture_output=True,
            text=True,
        )

        assert "File too large" in done.stderr
        assert before == {path: path.read_bytes() for path in static.rglob("*") if path.is_file()}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"paths": {}}', '{"paths": {"a": '])
def test_an_incomplete_manifest_counts_as_missing(tmp_path, settings, content):
    settings.STATIC_ROOT = tmp_path
    manifest = tmp_path / "staticfiles.json"
    manifest.write_text('{"paths": {"a": "b"}}')
    assert not static_files_changed()

    manifest.write_text(content)

    assert static_files_changed()


def test_a_short_secret_is_warned_about_but_not_refused():
    with processes.chat_node(SECRET_KEY="x" * 31) as node:
        log = node.log_text()
        assert "SECRET_KEY has only 31 characters" in log
        assert "can forge" in log
    with processes.chat_node(SECRET_KEY="x" * 32) as node:
        assert "SECRET_KEY" not in node.log_text()
