"""The programs and servers that tests may ask for. Where one is missing, the test says so.

Under `make test` and in CI that is a failure, elsewhere a skip: nothing is left out in silence.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import signal
import tempfile
from typing import NoReturn

import pytest
from channels.layers import channel_layers
from pytest_asyncio import is_async_test

from testing import processes

HANGS_AFTER = 120  # seconds that a coroutine test may take, unless it is marked with `takes(s)`
PAGES_WITHIN = 30_000  # milliseconds until a page must have done what a test waits for


def missing(what: str, how: str) -> NoReturn:
    """Fail where everything must run, skip elsewhere."""
    message = f"{what} is missing: {how}"
    if os.environ.get("REQUIRE_SERVICES") or os.environ.get("CI"):
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def not_permitted(what: str) -> NoReturn:
    """Fail in CI, where everything must run; skip elsewhere, since `make test` also works for
    users, and in containers, that may not do this."""
    if os.environ.get("CI"):
        pytest.fail(f"not permitted here: {what}", pytrace=False)
    pytest.skip(f"not permitted here: {what}")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    # An open browser occupies this thread's event loop, so coroutine tests come before it. With
    # several workers each still gets its tests in this order (`--dist load`, xdist's own choice).
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """The test database cannot be dropped while the chat's threads keep their connections to it."""
    yield
    from chat.database import close_connections

    close_connections()


@pytest.fixture(autouse=True)
def _channel_layer_of_its_own():
    """What one test left in the in-memory layer does not reach the next."""
    channel_layers.backends.clear()


@pytest.fixture(autouse=True)
def _deadline(request):
    """A coroutine test that awaits what never comes fails, and does not hang for ever."""
    if not is_async_test(request.node):
        yield
        return

    mark = request.node.get_closest_marker("takes")
    limit = mark.args[0] if mark else HANGS_AFTER

    def give_up(number, frame):
        pytest.fail(f"hangs: no result within {limit} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(int(limit))
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(autouse=True)
def _hubs_close_at_once(monkeypatch):
    """A hub does not outlive its test's event loop, so none of its tasks does."""
    monkeypatch.setattr("chat.live.hub_registry.MAX_LINGERING", 0)


@pytest.fixture
def quick_polls(monkeypatch):
    """The database is asked for the heads of the rooms as often as only tests want it."""
    monkeypatch.setattr("chat.live.hub_registry.POLL_INTERVAL", (0.05, 0.1))


@pytest.fixture
def still_clock(monkeypatch):
    """Rates and the in-memory layer go by a clock that stands until a test moves its `now`."""

    class Clock:
        now = 1000.0  # seconds

        def monotonic(self):
            return self.now

    clock = Clock()
    for module in ("chat.access.rate_limits", "chatsite.memory_layer"):
        monkeypatch.setattr(f"{module}.time", clock)
    return clock


@pytest.fixture
def chat_log(caplog):
    """`caplog`, of everything that the chat logs; its loggers do not propagate."""
    loggers = [logging.getLogger(name) for name in ("chat", "chatsite")]
    caplog.set_level(logging.DEBUG)
    for logger in loggers:
        caplog.set_level(logging.DEBUG, logger.name)
        logger.addHandler(caplog.handler)
    yield caplog
    for logger in loggers:
        logger.removeHandler(caplog.handler)


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
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PAGES_WITHIN)
    # Playwright leaves an empty folder behind for every browser context that was traced.
    with tempfile.TemporaryDirectory(prefix="chat-browser-") as folder:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("TMPDIR", folder)
            playwright = sync_playwright().start()
        # Without its sandbox, which root and most containers cannot have; it only sees our page.
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False)
        yield browser
        browser.close()
        playwright.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if "browser" in getattr(item, "fixturenames", ()):
        from tests import failures

        failures.note(item, report)
    return report


@pytest.fixture
def new_context(browser, request):
    """Makes a browser with cookies and storage of its own: `new_context(color_scheme="dark")`.

    Takes what Playwright's `new_context` takes. An uncaught error in a page fails the test.
    Without service workers, which take time to install: tests of them say service_workers="allow".
    A failed test leaves screenshots, traces and logs in var/failures/.
    """
    from tests import failures

    contexts, errors = [], []

    def new_context(**options):
        usual = {"locale": "en-GB", "reduced_motion": "reduce", "service_workers": "block"}
        options = usual | options
        context = browser.new_context(**options)
        context.set_default_timeout(PAGES_WITHIN)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        contexts.append(context)
        failures.record(context)
        return context

    yield new_context
    failures.close(request.node, contexts)
    assert not errors, "\n".join(errors)
