"""A failed browser test leaves a trace, a screenshot, the page's HTML and the server's log."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests import failures


@pytest.mark.parametrize("failed", [True, False])
def test_a_failed_test_keeps_its_pages_a_trace_and_the_servers_log(
    failed, browser, shared_node, request, monkeypatch, tmp_path
):
    assert failures.FAILED in request.node.stash, "the outcome of the test's phases is not recorded"
    monkeypatch.setattr(failures, "FAILURES", tmp_path)
    item = SimpleNamespace(nodeid="tests/browser/test_it.py::test_it[one]", stash=pytest.Stash())
    context = browser.new_context()
    failures.record(context)
    context.new_page().goto(shared_node.url)
    for phase in (SimpleNamespace(failed=failed), SimpleNamespace(failed=False)):
        failures.note(item, phase)

    failures.close(item, [context])

    kept = {path.name for path in tmp_path.glob("tests-browser-test_it.py-test_it-one-/*")}
    browsers = {"browser-1-page-1.png", "browser-1-page-1.html", "browser-1-trace.zip"}
    assert kept >= browsers | {f"node-{shared_node.pid}.log"} if failed else not kept
