"""A password that was posted and deleted is in no browser, whatever that was doing meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from testing.waiting import wait_until
from tests.browser.test_offline import keeps
from tests.browser.test_pending_changes import DELETE, STORED

SECRET = "My password is hunter2"


@pytest.fixture
def visitor(enter):
    return lambda: enter(service_workers="allow")


def test_a_deleted_password_leaves_every_browser(visitor, alice):
    present, away = visitor(), visitor()
    alice.sends_and_waits(SECRET)
    alice.sends_and_waits("Something else")
    for reader in (present, away):
        reader.reloads()  # as the server renders it with the messages
        keeps(reader, "Something else")
        assert "hunter2" in everything_in(reader), "what is looked through below would show it"
    away.page.context.set_offline(True)
    away.page.reload()
    away.sees(SECRET)  # from what the browser has saved

    alice.page.evaluate(DELETE, 1)

    for reader in (alice, present):
        expect(reader.message(SECRET)).to_have_count(0)
        wait_until(lambda reader=reader: "hunter2" not in everything_in(reader))
    away.page.context.set_offline(False)
    away.connects()
    expect(away.message(SECRET)).to_have_count(0)
    wait_until(lambda: "hunter2" not in everything_in(away))
    away.page.context.set_offline(True)
    away.page.reload()
    away.sees("Something else")
    assert "hunter2" not in everything_in(away)


def everything_in(reader):
    """The page, what the browser has stored for it, and its notifications."""
    shown = """async () => {
        const worker = await navigator.serviceWorker.getRegistration();
        const notes = (await worker?.getNotifications()) ?? [];
        return notes.map(({ title, body }) => title + body).join();
    }"""
    evaluate = reader.page.evaluate
    return "\n".join(
        [reader.page.content(), reader.page.title(), evaluate(STORED), evaluate(shown)]
    )
