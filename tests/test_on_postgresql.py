"""Run the tests of what is stored once more, on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys

from testing.processes import ROOT

PATHS = [
    *[
        "tests/services",
        "tests/live/test_changes.py",
        "tests/live/test_group_commit.py",
        "tests/live/test_reactions.py",
        "tests/test_consumers.py",
        "tests/live/test_hub_registry.py",
    ],
    *["tests/archive/test_snapshot.py", "tests/archive/test_restore.py"],
    *["tests/archive/test_restored_changes.py", "tests/archive/test_wrong_values.py"],
    "tests/archive/test_moderation_copied.py",
]
WITHIN = 600  # seconds


def test_they_pass_on_postgresql_too(postgres_server):
    missing = [path for path in PATHS if not (ROOT / path).exists()]
    assert not missing, f"there is no {missing}: correct PATHS in {__file__}"
    given = {"DATABASE_URL": postgres_server.create_database("again"), "SECRET_KEY": "for tests"}

    # The test database is kept, to see afterwards that it was this one.
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--reuse-db", *PATHS],
        cwd=ROOT,
        env=os.environ | given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=WITHIN,
    )

    assert done.returncode == 0, done.stdout
    with postgres_server.connect("test_again") as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE tablename ~ '^chat_'")
        assert tables.fetchone() > (0,)
