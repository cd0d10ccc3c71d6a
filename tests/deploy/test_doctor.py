"""The doctor finds each mistake, and nothing if there is none. All servers are real; an old SQLite
and a wrong clock are simulated in the doctor's own process."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing, contextmanager
from functools import partial

import pytest
from django.core.management.base import CommandError

from chatsite.doctor import lines
from chatsite.doctor.site import Site
from chatsite.management.commands.doctor import site_at
from testing import processes
from testing.proxies import BEHIND, DEPLOY, Caddy, Nginx
from tests.deploy.doctors import doctor
from tests.deploy.stack import UNLIMITED, three_nodes
from tests.faults.scenario import SERVE
from tests.faults.test_sqlite import small_disk

OLD_SQLITE = """
import sqlite3, sqlite3.dbapi2
for module in (sqlite3, sqlite3.dbapi2):
    module.sqlite_version, module.sqlite_version_info = "3.30.1", (3, 30, 1)
"""
SLOW_CLOCK = """
import time
right = time.time
time.time = lambda: right() - 120
"""

pytestmark = pytest.mark.usefixtures("caddy_program", "nginx_program")


def one_node(**settings):
    return processes.chat_node(command=SERVE, **(UNLIMITED | BEHIND | settings))


def behind(make, *nodes, **options):
    return processes.serving(partial(make, nodes=[node.port for node in nodes], **options))


@pytest.fixture(scope="module")
def single():
    """One process on SQLite."""
    with one_node() as node:
        yield node
        print(node.log_text())


@pytest.fixture(scope="module")
def caddy(single):
    with behind(Caddy, single) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def several(postgres_server, redis_program):
    """Three processes on PostgreSQL with a separate Redis."""
    with processes.redis_server() as redis, three_nodes(postgres_server, redis) as nodes:
        yield nodes, redis


@contextmanager
def misled_nginx(tmp_path, node, *changes):
    """nginx with the committed file and `changes`: pairs of a text and its replacement."""
    text = (DEPLOY / "nginx.conf.template").read_text()
    for right, instead in changes:
        assert right in text
        text = text.replace(right, instead)
    template = tmp_path / "nginx.conf.template"
    template.write_text(text)
    with behind(Nginx, node, template=template) as proxy:
        yield proxy


@pytest.mark.parametrize(
    "url", ["chat.example", "ftp://a.example", "https://", "https://[::1", "http://a:b"]
)
def test_an_invalid_address_is_refused_with_an_example(url):
    with pytest.raises(CommandError, match=r"not an address such as https://chat\.example\.org"):
        site_at(url, None)


def test_it_finds_nothing_wrong_with_one_good_process(caddy, single, tmp_path):
    report = doctor(caddy, single, tmp_path)

    assert report.code == 0
    assert report.of("note") <= {"version", "second process"}
    assert {"tls", "upgrade", "origin", "clock", "backup"} <= report.of("fine")


def test_it_finds_nothing_wrong_with_several_good_processes(several, tmp_path):
    nodes, _ = several
    with behind(Nginx, *nodes) as proxy:
        report = doctor(proxy, nodes[0], tmp_path)

    assert report.code == 0
    assert report.of("note") == set()
    assert {"fan-out", "second process", "layer", "durability", "clock"} <= report.of("fine")


def test_it_finds_a_proxy_that_drops_the_upgrade(single, tmp_path):
    lost = ("proxy_set_header Upgrade $http_upgrade;", "")
    with misled_nginx(tmp_path, single, lost) as proxy:
        report = doctor(proxy, single, tmp_path)

    assert (report.code, report.wrong) == (1, {"upgrade"})
    assert "proxy_set_header Upgrade $http_upgrade;" in report.text


def test_it_finds_a_chat_that_does_not_allow_the_host_from_the_proxy(tmp_path):
    other = ("proxy_set_header Host $http_host;", "proxy_set_header Host chat.example;")
    with one_node() as node, misled_nginx(tmp_path, node, other) as proxy:
        report = doctor(proxy, node, tmp_path)

    assert (report.code, report.wrong) == (1, {"page", "origin"})
    assert "proxy_set_header Host $http_host;" in report.text


def test_for_a_host_that_is_not_allowed_it_suggests_public_url():
    assert "PUBLIC_URL" not in lines.host(Site("https://localhost"), None)

    said = lines.host(Site("https://chat.example"), None)

    assert said == "chat.env: PUBLIC_URL=https://chat.example"


def test_it_finds_a_proxy_that_does_not_pass_the_host_on(tmp_path):
    hidden = ("proxy_set_header Host $http_host;", "")
    with one_node(ALLOWED_HOSTS="*") as node, misled_nginx(tmp_path, node, hidden) as proxy:
        report = doctor(proxy, node, tmp_path)

    assert (report.code, report.wrong) == (1, {"origin"})
    assert "proxy_set_header Host $http_host;" in report.text


def test_it_finds_that_redis_is_down(several, tmp_path):
    nodes, redis = several
    with behind(Caddy, *nodes) as proxy:
        redis.kill()
        report = doctor(proxy, nodes[0], tmp_path)
        redis.start()

    assert (report.code, report.wrong) == (1, {"layer", "fan-out", "second process"})
    assert "systemctl start redis-server" in report.text


def test_it_finds_two_processes_without_a_shared_channel_layer(single, caddy, tmp_path):
    with one_node(DATA_DIR=single.data_dir) as other:
        caddy.reload([single.port, other.port])
        report = doctor(caddy, single, tmp_path)
        caddy.reload([single.port])

    assert (report.code, report.wrong) == (1, {"fan-out"})
    assert "REDIS_URL=redis://" in report.text


def test_it_finds_an_old_sqlite(caddy, single, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(OLD_SQLITE)

    report = doctor(caddy, single, tmp_path, PYTHONPATH=str(tmp_path))

    assert (report.code, report.wrong) == (1, {"version"})
    assert "3.30.1" in report.text


def test_it_finds_a_full_disk(tmp_path):
    (tmp_path / "data").mkdir()
    small = small_disk(tmp_path / "data")
    with small, one_node(DATA_DIR=tmp_path / "data") as node, behind(Caddy, node) as proxy:
        report = doctor(proxy, node, tmp_path)

    assert (report.code, report.wrong) == (1, {"disk"})


def test_it_finds_a_clock_that_is_off(caddy, single, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(SLOW_CLOCK)

    report = doctor(caddy, single, tmp_path, PYTHONPATH=str(tmp_path))

    assert (report.code, report.wrong) == (1, {"clock"})
    # An HTTP date has whole seconds, and the answer takes time.
    assert re.search(r"1[12]\d s behind that of localhost", report.text)
    assert "timedatectl set-ntp true" in report.text


def test_it_finds_a_migration_that_is_not_applied(caddy, single, tmp_path):
    with closing(sqlite3.connect(single.data_dir / "chat.sqlite3")) as database:
        last = "FROM django_migrations WHERE app = 'chat' ORDER BY id DESC LIMIT 1"
        row = database.execute(f"SELECT id, app, name, applied {last}").fetchone()
        database.execute("DELETE FROM django_migrations WHERE id = ?", row[:1])
        database.commit()
        report = doctor(caddy, single, tmp_path)
        database.execute("INSERT INTO django_migrations VALUES (?, ?, ?, ?)", row)
        database.commit()

    assert (report.code, report.wrong) == (1, {"migrations"})
    assert f"chat.{row[2]}" in report.text


def test_it_finds_static_files_that_were_not_collected(tmp_path):
    with one_node() as node, behind(Nginx, node) as proxy:
        shutil.rmtree(node.data_dir / "static")
        report = doctor(proxy, node, tmp_path)

    assert (report.code, report.wrong) == (1, {"static files", "assets"})
    assert "manage.py collectstatic" in report.text
