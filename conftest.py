"""What holds for every test, wherever it lives."""

from __future__ import annotations

import importlib.util
import os

import pytest
from django.conf import settings
from pytest_asyncio import is_async_test

# Folders of tests whose very helpers need a package of requirements-dev.txt.
NEEDS = {
    "tests/browser": ("playwright", "websockets"),
    "tests/conformance": ("websockets",),
    "tests/deploy": ("playwright", "websockets"),
    "tests/faults": ("websockets",),
    "tests/server": ("websockets",),
}
left_out = []


def pytest_ignore_collect(collection_path, config):
    """Leave them out where that is missing, and say so at the end; under `make test` fail."""
    folder = collection_path.relative_to(config.rootpath).as_posix()
    missing = [name for name in NEEDS.get(folder, ()) if importlib.util.find_spec(name) is None]
    if not missing:
        return None
    line = f"{folder} needs {', '.join(missing)}: pip install -r requirements-dev.txt"
    if os.environ.get("REQUIRE_SERVICES") or os.environ.get("CI"):
        raise pytest.UsageError(line)
    left_out.append(line)
    return True


def pytest_terminal_summary(terminalreporter):
    if left_out:
        terminalreporter.section("left out")
        for line in left_out:
            terminalreporter.write_line(line)


def pytest_configure():
    # Importing chatsite.asgi must not migrate the developer's own database.
    settings.MIGRATE_AT_START = False


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Let every coroutine test really commit.

    Sockets read and write in other threads, on connections of their own. They would not see rows
    of a transaction that wraps the test, and nothing is announced before a commit.
    """
    for item in items:
        if is_async_test(item):
            mark = item.get_closest_marker("django_db")
            options = mark.kwargs if mark else {}
            committing = pytest.mark.django_db(**{**options, "transaction": True})
            item.add_marker(committing, append=False)
