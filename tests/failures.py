"""What a failed browser test leaves to look at, in var/failures/<test>/: for each browser a trace
(`playwright show-trace`), a screenshot and the HTML of each of its pages, and what the servers
printed."""

from __future__ import annotations

import re
import shutil
from contextlib import suppress

import pytest
from playwright.sync_api import Error

from testing import processes

FAILURES = processes.ROOT / "var" / "failures"
FAILED = pytest.StashKey[bool]()


def note(item, report):
    """Remember for `close` whether a phase of the test failed."""
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed


def record(context):
    """Begin what `close` keeps of a browser context.

    Without snapshots of the page around each action, which took an eighth of all browser tests.
    """
    context.tracing.start()


def close(item, contexts):
    """Close a test's browser contexts; if it failed, keep what they show."""
    if not item.stash.get(FAILED, False):
        for context in contexts:
            context.close()
        return
    folder = FAILURES / re.sub(r"[^\w.-]+", "-", item.nodeid)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for number, context in enumerate(contexts, 1):
        for place, page in enumerate(context.pages, 1):
            with suppress(Error):  # a page that hangs still has a trace
                name = f"browser-{number}-page-{place}"
                page.screenshot(path=folder / f"{name}.png", timeout=5_000)
                (folder / f"{name}.html").write_text(page.content())
        with suppress(Error):
            context.tracing.stop(path=folder / f"browser-{number}-trace.zip")
        context.close()
    for server in processes.running:
        (folder / f"{type(server).__name__.lower()}-{server.pid}.log").write_text(server.log_text())
    print(f"Screenshots, traces and logs are in {folder}/")
