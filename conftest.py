"""What holds for every test, wherever it lives."""

from __future__ import annotations

import pytest
from django.conf import settings
from pytest_asyncio import is_async_test


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
