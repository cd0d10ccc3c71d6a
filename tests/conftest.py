"""The programs and servers that tests may ask for. Where one is missing, the test says so.

Under `make test` and in CI that is a failure, elsewhere a skip: nothing is left out in silence.
"""

from __future__ import annotations

import importlib.util
import os
from typing import NoReturn

import pytest

from tests import processes


def missing(what: str, how: str) -> NoReturn:
    """Fail where everything must run, skip elsewhere."""
    message = f"{what} is missing: {how}"
    if os.environ.get("REQUIRE_SERVICES") or os.environ.get("CI"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    # An open browser occupies this thread's event loop, so coroutine tests come before it.
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def redis_program():
    """For tests that start, and hurt, a Redis of their own."""
    return processes.find_program("redis-server") or missing(
        "redis-server", "apt-get install redis-server"
    )


@pytest.fixture(scope="session")
def postgres_program():
    """For tests that start, and hurt, a PostgreSQL of their own."""
    return processes.find_program("initdb") or missing("PostgreSQL", "apt-get install postgresql")


@pytest.fixture(scope="session")
def chromium():
    return processes.find_program("chromium") or missing("Chromium", "apt-get install chromium")


@pytest.fixture(scope="session")
def redis_server(redis_program):
    """Shared by all tests: leave it running."""
    with processes.redis_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_server(postgres_program):
    """Shared by all tests: leave it running, and make a database of your own."""
    with processes.postgres_server() as server:
        yield server


@pytest.fixture
def node():
    """One embedded server: SQLite, in-memory channel layer. What it printed is shown on failure."""
    with processes.chat_node() as server:
        yield server
        print(server.log_text())


@pytest.fixture(scope="session")
def browser(chromium):
    """Playwright's, for plain (not coroutine) tests; most want `new_context`.

    While it is open Django refuses database calls in this thread: look through the page.
    """
    if importlib.util.find_spec("playwright") is None:
        missing("playwright", "pip install -r requirements-dev.txt")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Without its sandbox, which root and most containers cannot have; it only sees our page.
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False)
        yield browser
        browser.close()


@pytest.fixture
def new_context(browser):
    """Makes a browser with cookies and storage of its own: `new_context(color_scheme="dark")`.

    Takes what Playwright's `new_context` takes. An uncaught error in a page fails the test.
    """
    contexts, errors = [], []

    def new_context(**options):
        options = {"locale": "en-GB", "reduced_motion": "reduce"} | options
        context = browser.new_context(**options)
        context.set_default_timeout(10_000)  # milliseconds
        context.on("weberror", lambda error: errors.append(str(error.error)))
        contexts.append(context)
        return context

    yield new_context
    for context in contexts:
        context.close()
    assert not errors, "\n".join(errors)
