"""The settings from the environment, and what is refused at start."""

from __future__ import annotations

import stat
import subprocess
import sys

import pytest
from django.core.checks import run_checks
from django.db import connection

from chat import checks, database
from chatsite.secret_key import kept_secret_key
from testing.processes import ROOT
from tests.loaded_settings import settings_of

POSTGRES = "postgresql://chat@127.0.0.1/chat"


def test_with_a_database_url_a_secret_key_is_required_and_the_error_explains_how(tmp_path):
    assert settings_of(tmp_path, DATABASE_URL=POSTGRES, SECRET_KEY="x" * 50).returncode == 0

    refused = settings_of(tmp_path, DATABASE_URL=POSTGRES)

    assert refused.returncode != 0
    assert "SECRET_KEY is not set" in refused.stderr
    assert "secrets.token_urlsafe" in refused.stderr


def test_without_database_url_a_secret_is_created_once_with_private_permissions(tmp_path):
    first = settings_of(tmp_path, "print(SECRET_KEY)")
    again = settings_of(tmp_path, "print(SECRET_KEY)")

    assert len(first.stdout.strip()) >= 50, first.stderr
    assert first.stdout == again.stdout
    kept = tmp_path / "data" / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret_key"]


def test_secret_key_takes_precedence_over_the_kept_secret(tmp_path):
    given = settings_of(tmp_path, "print(SECRET_KEY)", SECRET_KEY="the operator's")

    assert given.stdout == "the operator's\n"
    assert not (tmp_path / "data").exists()


def test_two_processes_that_start_at_once_agree_on_the_secret(tmp_path):
    path = tmp_path / "data" / "secret_key"
    code = (
        "import sys; from pathlib import Path; from chatsite.secret_key import kept_secret_key;"
        " print(kept_secret_key(Path(sys.argv[1])))"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]

    secrets = {process.communicate()[0] for process in both}

    assert len(secrets) == 1
    assert kept_secret_key(path) == secrets.pop().strip()


def test_a_setting_can_be_read_from_a_file(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("$ecret \\$ of the operator's\n")

    given = settings_of(tmp_path, "print(SECRET_KEY)", SECRET_KEY_FILE=secret)
    limit = settings_of(tmp_path, "print(MESSAGE_BURST)", MESSAGE_BURST_FILE=secret)

    assert given.stdout == "$ecret \\$ of the operator's\n", given.stderr
    assert 'MESSAGE_BURST is "$ecret' in limit.stderr
    assert "Write a whole number from 0 to " in limit.stderr


def test_an_empty_variable_counts_as_unset(tmp_path):
    names = [
        "MESSAGE_BURST",
        "MESSAGE_RATE",
        "MIGRATE_AT_START",
        "LOG_FORMAT",
        "TRUSTED_PROXIES",
    ]
    code = f"print({', '.join(names)})"
    https = {"PUBLIC_URL": "https://chat.example"}  # with which there are trusted proxies

    unset = settings_of(tmp_path, code, **https)
    given = settings_of(tmp_path, code, **https, **dict.fromkeys([*names, "REDIS_URL"], ""))

    assert unset.stdout.startswith("10 "), unset.stderr
    assert given.stdout == unset.stdout, given.stderr


@pytest.mark.parametrize(
    ("content", "also", "said"),
    [
        (None, {}, "REDIS_URL_FILE names {path}, which cannot be read: No such file or directory"),
        (b"\xff", {}, "REDIS_URL_FILE names {path}, which cannot be read: it is not text"),
        (b"\n", {}, "REDIS_URL_FILE names {path}, which is empty: write"),
        (b"x", {"REDIS_URL": "redis://localhost"}, "Both REDIS_URL and REDIS_URL_FILE are set"),
    ],
)
def test_an_unusable_settings_file_is_named(tmp_path, content, also, said):
    path = tmp_path / "redis"
    if content is not None:
        path.write_bytes(content)

    refused = settings_of(tmp_path, REDIS_URL_FILE=path, **also)

    assert refused.returncode != 0
    assert said.format(path=path) in refused.stderr


def test_debug_is_off_unless_asked_for(tmp_path):
    assert settings_of(tmp_path, "print(DEBUG)").stdout == "False\n"
    assert settings_of(tmp_path, "print(DEBUG)", DEBUG="1").stdout == "True\n"


def test_local_hosts_are_always_allowed_and_others_if_listed(tmp_path):
    own = settings_of(tmp_path, "print(ALLOWED_HOSTS)").stdout
    listed = settings_of(tmp_path, "print(ALLOWED_HOSTS)", ALLOWED_HOSTS="a.example, b.example")

    assert own == "['localhost', '.localhost', '127.0.0.1', '[::1]']\n"
    assert listed.stdout == own.replace("]\n", ", 'a.example', 'b.example']\n")


def test_redis_url_chooses_the_layer_that_survives_a_restart_of_redis(tmp_path):
    code = "print(CHANNEL_LAYERS['default']['BACKEND'])"

    assert settings_of(tmp_path, code).stdout == "chatsite.memory_layer.MemoryLayer\n"
    with_redis = settings_of(tmp_path, code, REDIS_URL="redis://127.0.0.1:6379/0")
    assert with_redis.stdout == "channels_redis.pubsub.RedisPubSubChannelLayer\n"


@pytest.mark.parametrize("prefix", ["/chat", "/chat/"])
def test_a_path_prefix_may_have_a_trailing_slash(tmp_path, prefix):
    assert settings_of(tmp_path, "print(FORCE_SCRIPT_NAME)", PATH_PREFIX=prefix).stdout == "/chat\n"


PRAGMAS = ("journal_mode", "synchronous", "secure_delete", "foreign_keys", "busy_timeout")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own")
@pytest.mark.parametrize("hop", [database.write, database.read])
async def test_sqlite_is_set_up_to_sync_each_commit_to_disk(hop):
    def pragmas():
        with connection.cursor() as cursor:
            return {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS}

    found = await hop(pragmas)

    assert found["journal_mode"] == "wal"
    assert found["synchronous"] == 2, "FULL"
    assert found["secure_delete"] == 1
    assert found["foreign_keys"] == 1
    assert found["busy_timeout"] >= 1000  # ms


async def test_the_writer_keeps_its_connection():
    def connected():
        connection.ensure_connection()
        return id(connection.connection)

    assert await database.write(connected) == await database.write(connected)


def refusals(settings, **changed):
    """The ids of the errors that the system checks find under these settings."""
    for name, value in changed.items():
        setattr(settings, name, value)
    found = run_checks()
    assert all(message.hint for message in found)
    return {message.id for message in found if message.id.startswith("chat.")}


def test_the_settings_as_they_are_pass_the_checks(settings):
    assert refusals(settings) == set()


def test_atomic_requests_are_refused(settings, monkeypatch):
    monkeypatch.setitem(settings.DATABASES["default"], "ATOMIC_REQUESTS", True)

    assert refusals(settings) == {"chat.E001"}


@pytest.mark.parametrize(
    ("installed", "found"),
    [("4.1.2", {"chat.E002"}), ("4.2.1", {"chat.E002"}), ("4.2.2", set()), ("5.0", set())],
)
def test_an_old_daphne_is_refused(settings, monkeypatch, installed, found):
    monkeypatch.setattr(checks, "version", lambda package: installed)

    assert refusals(settings) == found


def test_invalid_room_names_cannot_be_listed(settings):
    assert refusals(settings, LISTED_ROOMS=["help", "*"]) == set()

    assert refusals(settings, LISTED_ROOMS=["Help!"]) == {"chat.E004"}


REDIS = "redis://127.0.0.1:6379/0"


@pytest.mark.parametrize(
    ("backend", "hosts", "found"),
    [
        ("channels_redis.core.RedisChannelLayer", [REDIS], {"chat.E003"}),
        ("channels_redis.core.RedisChannelLayer", [], {"chat.E003"}),
        ("channels_redis.core.RedisChannelLayer", [{"address": REDIS}], {"chat.E003"}),
        (
            "channels_redis.core.RedisChannelLayer",
            [{"address": REDIS, "socket_timeout": 5}],
            {"chat.E003"},
        ),
        (
            "channels_redis.core.RedisChannelLayer",
            [{"address": REDIS, "socket_timeout": None}],
            set(),
        ),
        ("channels_redis.pubsub.RedisPubSubChannelLayer", [REDIS], set()),
    ],
)
def test_a_core_redis_layer_with_a_timeout_is_refused(settings, backend, hosts, found):
    layers = {"default": {"BACKEND": backend, "CONFIG": {"hosts": hosts}}}

    assert refusals(settings, CHANNEL_LAYERS=layers) == found
