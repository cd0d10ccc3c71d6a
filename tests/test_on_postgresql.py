"""Run the tests of what is stored once more, on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from testing.processes import ROOT

PATHS = {
    "messages": [
        *["tests/services/test_messages.py", "tests/services/test_retention.py"],
        *["tests/services/test_rooms.py", "tests/test_consumers.py"],
    ],
    "moderation": ["tests/services/moderation"],
    "live": [
        *["tests/live/test_changes.py", "tests/live/test_group_commit.py"],
        *["tests/live/test_reactions.py", "tests/live/test_hub_registry.py"],
    ],
    "archive": [
        *["tests/archive/test_snapshot.py", "tests/archive/test_restore.py"],
        *["tests/archive/test_restored_changes.py", "tests/archive/test_wrong_values.py"],
        "tests/archive/test_moderation_copied.py",
    ],
}
WITHIN = 900  # seconds


@pytest.mark.parametrize("part", PATHS)
def test_they_pass_on_postgresql_too(postgres_server, part):
    missing = [path for path in PATHS[part] if not (ROOT / path).exists()]
    assert not missing, f"there is no {missing}: correct PATHS in {__file__}"
    given = {"DATABASE_URL": postgres_server.create_database(part), "SECRET_KEY": "for tests"}

    # The test database is kept, to see afterwards that it was this one.
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--reuse-db", *PATHS[part]],
        cwd=ROOT,
        env=os.environ | given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=WITHIN,
    )

    assert done.returncode == 0, done.stdout
    with postgres_server.connect(f"test_{part}") as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE tablename ~ '^chat_'")
        assert tables.fetchone() > (0,)
