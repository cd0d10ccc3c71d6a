"""Pages and lookups over HTTP: rate-limited by address, and few at a time."""

from __future__ import annotations

import asyncio

import pytest
from django.test import AsyncClient

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat.access import rate_limits
from chat.live import read_turns
from chat.views import http_errors
from testing import processes
from testing.waiting import until
from tests.database_threads import away, counted, every_turn_taken, held, in_readers
from tests.nodes_together import node_on

LOOKUPS = [
    *["/r/lobby/qr.svg", "/rooms.json", "/emoji/en.json"],
    *["/r/lobby/missed/?after=0", "/r/lobby/at/?date=2026-01-02", "/r/lobby/reactions/?seq=1"],
]
JSON = {"accept": "application/json"}


class ElsewhereClient(AsyncClient):
    def _base_scope(self, **request):
        return super()._base_scope(**request) | {"client": ["192.0.2.9", 1]}


@pytest.fixture
def one_of_each(monkeypatch, settings, still_clock):
    """One page and one lookup for an address, and then one in ten seconds."""
    settings.PEOPLE_PER_ADDRESS = 1
    monkeypatch.setattr(rate_limits, "REFUSAL_DELAY", 0)
    for name in ("PAGES", "LOOKUPS"):
        monkeypatch.setattr(rate_limits, name, (1 / 10, 1))
    return still_clock


@pytest.mark.parametrize("path", ["/", "/r/attic/", "/rooms/", "/offline/", *LOOKUPS])
async def test_an_address_over_its_rate_gets_a_time_to_retry(one_of_each, async_client, path):
    assert (await async_client.get(path, headers=JSON)).status_code == 200

    answer = await async_client.get(path, headers=JSON)

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 11
    assert answer.content.startswith(b"Too many requests from your network. Try again in ")
    assert (await ElsewhereClient().get(path, headers=JSON)).status_code == 200
    one_of_each.now += int(answer["Retry-After"])
    assert (await async_client.get(path, headers=JSON)).status_code == 200


@pytest.mark.parametrize(
    ("path", "form"),
    [("/r/lobby/say/", {"body": "Written with care"}), ("/rooms/", {"title": "With care " * 10})],
)
async def test_a_form_that_was_refused_counts_as_a_lookup_and_keeps_its_text(
    one_of_each, async_client, path, form
):
    await async_client.get("/")
    assert (await async_client.get("/")).status_code == 429

    answer = await async_client.post(path, form)

    assert answer.status_code == 400
    assert next(iter(form.values())) in answer.text
    assert (await async_client.post(path, form)).status_code == 429


@pytest.mark.parametrize("view", ["", "at/", "missed/", "reactions/", "say/", "qr.svg"])
async def test_the_page_for_an_impossible_room_counts_as_a_page(one_of_each, async_client, view):
    assert (await async_client.get(f"/r/No_Room/{view}")).status_code == 404

    assert (await async_client.get(f"/r/No_Room/{view}")).status_code == 429


async def test_a_refused_picture_is_not_cached(one_of_each, async_client):
    assert "max-age" in (await async_client.get("/r/lobby/qr.svg"))["Cache-Control"]

    assert "Cache-Control" not in await async_client.get("/r/lobby/qr.svg")


async def test_new_names_count_as_lookups(one_of_each, async_client):
    assert (await async_client.post("/name/", {"name": "Alice"})).status_code == 200

    assert (await async_client.post("/name/", {"name": "Bob"})).status_code == 429


async def test_pages_for_unknown_hosts_have_a_separate_limit(
    one_of_each, async_client, monkeypatch
):
    monkeypatch.setattr(
        http_errors,
        "pages",
        rate_limits.people_limit(lambda: rate_limits.PAGES, rate_limits.TOO_MANY_REQUESTS),
    )
    elsewhere = {"host": "mallory.example"}
    assert (await async_client.get("/", headers=elsewhere)).status_code == 400

    assert (await async_client.get("/", headers=elsewhere)).status_code == 429
    assert (await async_client.get("/")).status_code == 200


async def test_health_has_no_limit(one_of_each, async_client):
    for _ in range(3):
        assert (await async_client.get("/healthz")).status_code == 200
        assert (await async_client.get("/readyz")).status_code == 200


@pytest.mark.parametrize("path", ["/", "/rooms/", "/rooms.json"])
async def test_a_request_waits_its_turn_and_healthz_does_not(async_client, path):
    async with every_turn_taken():
        asking = asyncio.create_task(async_client.get(path, headers=JSON))
        assert (await async_client.get("/healthz")).status_code == 200
        finished, _ = await asyncio.wait([asking], timeout=1)  # longer than such a request takes
        assert not finished

    assert (await asking).status_code == 200


async def test_requests_that_wait_while_the_database_is_away_share_one_failed_attempt(
    async_client, monkeypatch
):
    monkeypatch.setattr(read_turns, "RETRY_AFTER", 600)  # seconds: longer than all pages take
    async with counted(in_readers, "chat_room") as attempts, away(in_readers):
        pages = await asyncio.gather(*(async_client.get("/") for _ in range(20)))
        lookup = await async_client.get("/rooms.json")

    assert {page.status_code for page in pages} == {503}
    assert lookup.status_code == 503
    assert 0 < len(attempts) <= 2 * read_turns.READS_AT_ONCE, "each read is tried twice"


async def test_pages_work_again_once_the_database_is_back(async_client, monkeypatch):
    monkeypatch.setattr(read_turns, "RETRY_AFTER", 1)  # seconds
    async with away(in_readers):
        assert (await async_client.get("/")).status_code == 503

    while (await async_client.get("/")).status_code == 503:
        await asyncio.sleep(0.1)

    assert (await async_client.get("/")).status_code == 200


async def test_a_cancelled_request_keeps_its_turn_until_its_read_has_ended(async_client):
    async with held(in_readers, at="chat_room") as (go, arrived):
        asking = asyncio.create_task(async_client.get("/rooms.json"))
        await until(arrived.is_set)
        asking.cancel()
        taking = asyncio.create_task(take_every_turn())
        finished, _ = await asyncio.wait([asking, taking], timeout=0.2)
        assert not finished

        go.set()
        await asyncio.wait([asking])

    assert asking.cancelled()
    await taking


async def take_every_turn():
    async with every_turn_taken():
        pass


@pytest.mark.takes(240)
async def test_many_page_views_on_a_slow_database_wait_and_are_not_refused(postgres_program):
    """Each request's thread took a connection of the pool, which has 16, or gave up after 2 s."""
    with processes.postgres_server() as postgres, node_on(postgres.url) as node:
        with postgres.connect("chat") as connection, connection.transaction():
            connection.execute("LOCK TABLE chat_room IN ACCESS EXCLUSIVE MODE")
            asking = [asyncio.create_task(status_of_page(node)) for _ in range(40)]
            await asyncio.wait(asking, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        answers = await asyncio.gather(*asking)

    assert set(answers) == {b"HTTP/1.1 200 OK"}


async def status_of_page(node):
    reader, writer = await asyncio.open_connection("127.0.0.1", node.port)
    writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    return answer.partition(b"\r\n")[0]
