"""The tests of what is stored, once more, on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.processes import ROOT

PATHS = ["tests/services", "tests/test_journal.py"]
WITHIN = 300  # seconds


@pytest.mark.parametrize("path", PATHS)
def test_it_passes_on_postgresql_too(path, postgres_server):
    assert (ROOT / path).exists(), f"there is no {path}: correct PATHS in {__file__}"
    name = "".join(filter(str.isalnum, path))
    given = {"DATABASE_URL": postgres_server.create_database(name), "SECRET_KEY": "only for tests"}

    # The test database is kept, to see afterwards that it was this one.
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--reuse-db", path],
        cwd=ROOT,
        env=os.environ | given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=WITHIN,
    )

    assert done.returncode == 0, done.stdout
    with postgres_server.connect(f"test_{name}") as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE tablename ~ '^chat_'")
        assert tables.fetchone() > (0,)
