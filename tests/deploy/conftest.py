"""The programs that these tests start. Measurements are printed as under tests/faults."""

from __future__ import annotations

import pytest

from testing import processes
from tests.conftest import missing
from tests.faults.conftest import pytest_terminal_summary  # noqa: F401 - pytest finds it here


@pytest.fixture(scope="session")
def caddy_program():
    return processes.find_program("caddy") or missing("Caddy", "apt-get install caddy")


@pytest.fixture(scope="session")
def nginx_program():
    return processes.find_program("nginx") or missing("nginx", "apt-get install nginx")
