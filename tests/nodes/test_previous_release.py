"""The previous release beside this one, on the same database and Redis."""

from __future__ import annotations

from operator import itemgetter
from uuid import uuid4

import pytest

pytest.importorskip("websockets")

from testing import previous_release, processes
from tests.conftest import missing
from tests.moderating import act
from tests.node_sockets import visit
from tests.nodes_together import own_by_link

UNLIMITED = {"MESSAGE_RATE": 0, "COMMAND_RATE": 0, "SECRET_KEY": "x" * 50}
FIELDS = [
    "seq",
    "changed_seq",
    "client_message_id",
    "author_id",
    "author_name",
    "body",
    "posted_at",
]
ADDED = {"reply_to_seq", "edited_at", "deleted_at", "reactions"}


@pytest.fixture(autouse=True)
def _previous_release():
    if not previous_release.is_here():
        missing(f"release {previous_release.VERSION}", "clone with all of the history")


@pytest.fixture
def database_url(postgres_server):
    return postgres_server.create_database(uuid4().hex)


@pytest.fixture
def together(database_url, redis_program):
    """(this release, the previous one), serving the same chat."""
    shared = UNLIMITED | {"DATABASE_URL": database_url}
    with processes.redis_server() as redis:
        shared["REDIS_URL"] = redis.url
        with (
            processes.chat_node(MIGRATE_AT_START=1, **shared) as new,
            previous_release.node(MIGRATE_AT_START=0, **shared) as old,
        ):
            yield new, old
            assert "Traceback" not in new.log_text() + old.log_text()


async def test_posts_and_changes_reach_readers_of_both(together):
    new, old = together
    async with visit(new) as hers, visit(old) as his:
        first = await hers.post("Helo")
        second = await his.post("Hi")
        for reader in (hers, his):
            assert await reader.bodies(until=second) == ["Helo", "Hi"]

        await hers.command("message.edit", seq=first, body="Hello")
        await hers.command("message.react", seq=second, emoji="👍", on=True)
        gone = await hers.post("My password is hunter2")
        deletion = (await hers.command("message.delete", seq=gone))["seq"]
        last = await his.post("Bye")

        for reader in (hers, his):
            await reader.bodies(until=last)
            found = {seq: reader.latest(seq) for seq in (first, second, gone, last)}
            assert [each["body"] for each in found.values()] == ["Hello", "Hi", "", "Bye"]
            assert found[gone]["changed_seq"] == deletion
        (reaction,) = hers.latest(second)["reactions"]
        assert (reaction["emoji"], reaction["count"]) == ("👍", 1)


async def test_people_who_move_between_them_resume(together):
    new, old = together
    async with visit(new) as hers:
        first = await hers.post("Helo")
        await hers.bodies(until=first)
        cursor = hers.welcome["epoch"], hers.cursor
        edit = await hers.command("message.edit", seq=first, body="Hello")

    for node in (old, new, old):
        async with visit(node, cursor=cursor) as hers:
            assert not hers.welcome["reset"]
            head = hers.cursor
            assert edit["seq"] <= head
            last = await hers.post(f"From {node.port}")
            await hers.bodies(until=last)
            cursor = hers.welcome["epoch"], hers.cursor


async def test_the_previous_release_refuses_changes_and_stays_connected(together):
    _, old = together
    async with visit(old) as his:
        assert "features" not in his.welcome
        seq = await his.post("Hello")
        assert await his.refusal("message.edit", seq=seq, body="Hi") == "bad_frame"
        assert await his.post("Still here") == seq + 1


async def test_frames_of_this_release_only_add_fields(together):
    new, old = together
    async with visit(new) as hers, visit(old) as his:
        seq = await hers.post("Hello")
        plain = (await hers.command("messages.fetch", seqs=[seq]))["messages"][0]
        await his.bodies(until=seq)

        assert list(plain) == list(his.latest(seq)) == FIELDS
        assert hers.welcome.keys() - his.welcome.keys() == {"features"}
        assert not his.welcome.keys() - hers.welcome.keys()
        edit = await hers.command("message.edit", seq=seq, body="Hi")
        react = await hers.command("message.react", seq=seq, emoji="👍", on=True)
        head = max(edit["seq"], react["seq"])
        await hers.bodies(until=head)
        assert set(hers.latest(seq)) - set(FIELDS) <= ADDED
        assert {"edited_at", "reactions"} <= hers.latest(seq).keys()


async def test_what_moderators_remove_disappears_from_both(together, database_url):
    """The previous release knows no sweeps: its readers stay in order, and see what is gone in the
    history."""
    new, old = together
    async with visit(new) as hers, visit(old) as his, visit(old) as theirs:
        removed = await theirs.post("Spam")
        swept = await theirs.post("Buy this")
        await own_by_link(hers, database_url)
        await act(hers, "rules", rules={"slow_seconds": 1})
        await act(hers, "remove", seq=removed)
        await act(hers, "sweep", author_id=theirs.welcome["you"]["author_id"])
        last = await his.post("Hello")

        for reader in (hers, his):
            await reader.bodies(until=last)
            assert reader.latest(removed)["body"] == ""
            history = await reader.command("history.fetch", before=last, limit=10)
            assert [each["body"] for each in history["messages"]] == ["", ""]
            assert history["messages"][1]["seq"] == swept
        await theirs.post("Still here")
    async with visit(old) as newcomer:
        assert newcomer.rules is None
    async with visit(new) as newcomer:
        bodies = [each["body"] for each in sorted(newcomer.messages, key=itemgetter("seq"))]
        assert bodies == ["", "", "Hello", "Still here"]
