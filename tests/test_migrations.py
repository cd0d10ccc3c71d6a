"""Migrations: applied once however many nodes start, and compatible with the old version."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import Value

from testing import first_start, processes

NODES = 4
# Their own release, after the one that stopped using what they take away, may list them here.
REMOVALS_WHOSE_TIME_HAS_COME: set[str] = set()


def test_many_nodes_that_start_at_once_on_an_empty_postgresql_migrate_it_once(
    postgres_server, tmp_path
):
    url = postgres_server.create_database("at_once")
    settings = {"DATABASE_URL": url, "SECRET_KEY": "x" * 50, "MIGRATE_AT_START": 1}
    with ExitStack() as stack, ThreadPoolExecutor(NODES) as threads:
        nodes = []
        for number in range(NODES):
            (folder := tmp_path / str(number)).mkdir()
            nodes.append(node := processes.Node(folder, processes.DAPHNE, settings))
            first_start.copy_to(node.data_dir, with_database=False)
            stack.callback(node.stop)

        list(threads.map(processes.Node.start, nodes))

        assert all(node.running for node in nodes)
        assert sum("Applying migrations" in node.log_text() for node in nodes) == 1
        with postgres_server.connect("at_once") as connection:
            names = connection.execute("SELECT app, name FROM django_migrations").fetchall()
            held = connection.execute("SELECT * FROM pg_locks WHERE locktype = 'advisory'")
            assert ("chat", "0001_initial") in names
            assert len(names) == len(set(names))
            assert not held.fetchall(), "the lock is given back"


def test_the_old_version_can_serve_while_a_migration_is_applied():
    ours = [
        migration
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app == "chat" and name not in REMOVALS_WHOSE_TIME_HAS_COME
    ]
    broken = [f"{each.name}: {fault}" for each in ours for fault in faults(each.operations)]

    assert ours
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("Room", "topic", models.CharField(default="")),
        migrations.RemoveField("Room", "title"),
        migrations.RenameField("Room", "title", "topic"),
        migrations.AlterField("Room", "title", models.CharField()),
        migrations.DeleteModel("Room"),
        migrations.RenameModel("Room", "Place"),
    ],
)
def test_a_migration_that_would_break_the_old_version_is_found(operation):
    assert list(faults([operation]))


@pytest.mark.parametrize(
    "field", [models.CharField(db_default=Value("")), models.IntegerField(null=True)]
)
def test_a_column_with_a_default_does_not_break_the_old_version(field):
    assert not list(faults([migrations.AddField("Room", "topic", field)]))


def faults(operations):
    """What in them breaks a version that knows only the tables as they were before."""
    for operation in operations:
        name = f"{type(operation).__name__} {getattr(operation, 'name', '')}"
        if isinstance(operation, migrations.AddField):
            if not (operation.field.null or operation.field.has_db_default()):
                yield f"{name}: the old version's INSERT leaves it out. Give it a db_default"
        elif isinstance(
            operation,
            (
                migrations.RemoveField,
                migrations.RenameField,
                migrations.AlterField,
                migrations.DeleteModel,
                migrations.RenameModel,
                migrations.AlterModelTable,
            ),
        ):
            yield f"{name}: the old version still uses it. Stop using it first, in an own release"
