"""Sweeps: everything that somebody wrote goes, and comes back, as one change of the log."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from chat import database
from chat.live import log_reader
from chat.live.runtime import runtime
from chat.models import Act, Message
from chat.protocol.moderation import SweepMessages
from chat.services.moderation.actors import Actor
from chat.services.moderation.acts import perform
from chat.services.moderation.acts import undo as take_back
from testing.waiting import SECONDS
from tests.database_threads import counted, in_readers
from tests.faulty_channel_layers import SilentLayer, remote_only, use
from tests.moderating import act, author_of, own, shown, undo
from tests.people_shown import cookie
from tests.posts import post, posts, store
from tests.sockets import enter, plain

SPAM = "Buy this"


@pytest.fixture
def mallory():
    return cookie("Mallory")


async def test_a_sweep_is_one_change_for_everybody_who_is_there(alice, bob, mallory, no_rates):
    async with (
        enter(cookie=alice) as hers,
        enter(cookie=bob) as his,
        enter(cookie=mallory) as theirs,
    ):
        await his.post("Hello")
        for _ in range(20):
            last = await theirs.post(SPAM)
        await own(hers)
        head = last + 1
        await act(hers, "sweep", author_id=author_of(theirs))

        for socket in (hers, his, theirs):
            await socket.bodies(until=head)
            [sweep] = socket.sweeps
            assert sweep.pop("at") >= socket.latest(last)["posted_at"]
            assert sweep == {
                "seq": head,
                "author_id": author_of(theirs),
                "first": 2,
                "last": last,
                "on": True,
            }
            assert shown(socket) == ["Hello"] + [""] * 20
        assert await his.post("Peace") == head + 1


async def test_whoever_comes_after_a_sweep_gets_no_swept_word(alice, mallory, no_rates):
    """By a resume from any cursor, as a newcomer, as plain text, by history and by number."""
    async with enter(cookie=alice) as hers, enter(cookie=mallory) as theirs:
        epoch = hers.welcome["epoch"]
        await hers.post("Before")
        for _ in range(10):
            await theirs.post(SPAM)
        await hers.command("message.react", seq=3, emoji="👍", on=True)
        await own(hers)
        await act(hers, "sweep", author_id=author_of(theirs))
        await hers.bodies(until=13)

        for since in range(14):
            async with enter(cursor=(epoch, since)) as resumed:
                assert SPAM not in json.dumps(resumed.messages), since
                assert [each["seq"] for each in resumed.sweeps] == ([13] if since < 13 else [])
                tombstones = [each for each in resumed.messages if each["seq"] > 1]
                assert all(each["removed"] for each in tombstones)
        async with enter() as newcomer:
            assert newcomer.sweeps == []
            assert [each["body"] for each in newcomer.messages] == ["Before"] + [""] * 10
            history = await newcomer.command("history.fetch", before=100, limit=50)
            found = await newcomer.command("messages.fetch", seqs=list(range(1, 12)))
            assert SPAM not in json.dumps([history, found])
        async with plain() as text:
            await hers.post("After")
            assert await text.receive_from(SECONDS) == "After"


async def test_an_undone_sweep_brings_everything_back(alice, mallory, no_rates):
    async with enter(cookie=alice) as hers, enter(cookie=mallory) as theirs:
        epoch = hers.welcome["epoch"]
        await hers.post("Before")
        for _ in range(5):
            await theirs.post(SPAM)
        await hers.command("message.react", seq=3, emoji="👍", on=True)
        await own(hers)
        sweep = await act(hers, "sweep", author_id=author_of(theirs))
        await hers.bodies(until=8)
        await undo(hers, sweep)
        await hers.bodies(until=9)

        assert [(each["seq"], each["on"]) for each in hers.sweeps] == [(8, True), (9, False)]
        found = await hers.command("messages.fetch", seqs=[2, 3, 4, 5, 6])
        assert [each["body"] for each in found["messages"]] == [SPAM] * 5
        async with enter() as newcomer:
            by_seq = {each["seq"]: each for each in newcomer.messages}
            assert [by_seq[seq]["body"] for seq in range(1, 7)] == ["Before"] + [SPAM] * 5
            assert [each["count"] for each in by_seq[3]["reactions"]] == [1]
        for since in range(10):
            async with enter(cursor=(epoch, since)) as resumed:
                assert [each["seq"] for each in resumed.sweeps] == [
                    seq for seq in (8, 9) if seq > since
                ]
                assert all(each["body"] for each in resumed.messages)


async def test_a_process_that_missed_a_sweep_and_its_undoing_reads_them_from_the_log(
    alice, mallory, quick_polls, no_rates
):
    use(SilentLayer())
    async with enter("attic") as reader:
        with remote_only("attic"):
            await store([post(slug="attic"), *posts(9, slug="attic", author="mallory")])
            await act_below("sweep")
            await store([post("After", slug="attic")])
            await reader.bodies(until=12)
            assert shown(reader) == ["Hello", *[""] * 9, "After"]

            await act_below("undo")
            await reader.until(lambda: len(reader.sweeps) == 2)
            async with enter("attic") as newcomer:
                expected = ["Hello", *map(str, range(1, 10)), "After"]
                assert [each["body"] for each in newcomer.messages] == expected


async def test_a_process_that_missed_both_at_once_shows_what_was_restored(monkeypatch):
    monkeypatch.setattr("chat.live.hub_registry.POLL_INTERVAL", (600, 600))
    use(SilentLayer())
    async with enter("attic") as reader:
        with remote_only("attic"):
            await store([post(slug="attic"), *posts(9, slug="attic", author="mallory")])
            await act_below("sweep")
            await act_below("undo")
        await store([post("After", slug="attic")])
        await reader.bodies(until=13)
        assert len(reader.sweeps) == 2
        expected = ["Hello", *map(str, range(1, 10)), "After"]
        async with enter("attic") as newcomer:
            assert [each["body"] for each in newcomer.messages] == expected
        async with enter("attic", cursor=(reader.welcome["epoch"], 0)) as resumed:
            assert [each["body"] for each in resumed.messages] == expected


async def act_below(what):
    """Sweep mallory's messages in the attic, or undo that, below the sockets."""
    staff = Actor("", "Staff", is_staff=True)
    if what == "sweep":
        command = SweepMessages(1, uuid4(), "mallory")
        await database.write(perform, "attic", staff, command)
    else:
        sweep = await Act.objects.aget(kind="sweep")
        await database.write(take_back, "attic", staff, sweep.key)


async def test_a_room_that_is_opened_after_a_sweep_has_it_in_its_log():
    async with enter("attic") as reader:
        epoch = reader.welcome["epoch"]
    await store([post(slug="attic"), *posts(9, slug="attic", author="mallory")])
    await act_below("sweep")
    runtime().hubs.stop_lingering()

    async with enter("attic", cursor=(epoch, 5)) as reader:
        assert [each["seq"] for each in reader.sweeps] == [11]
        assert [each["body"] for each in reader.messages] == [""] * 5
    await act_below("undo")
    runtime().hubs.stop_lingering()
    async with enter("attic", cursor=(epoch, 5)) as reader:
        assert [(each["seq"], each["on"]) for each in reader.sweeps] == [(11, True), (12, False)]
        assert [each["body"] for each in reader.messages] == ["5", "6", "7", "8", "9"]


async def test_a_reader_far_behind_gets_a_sweep_in_its_place(no_rates):
    async with enter("attic") as reader:
        epoch = reader.welcome["epoch"]
        await store(posts(700, slug="attic", author="mallory"))
        await act_below("sweep")
        await store(posts(700, slug="attic"))
        await reader.bodies(until=1401)

        async with enter("attic", cursor=(epoch, 500)) as resumed:
            assert [each["seq"] for each in resumed.sweeps] == [701]
            assert [each["changed_seq"] for each in resumed.messages] == [
                *range(501, 701),
                *range(702, 1402),
            ]
            assert not any(each["body"] for each in resumed.messages[:200])


async def test_the_log_is_read_in_order_and_in_parts():
    await store([*posts(5, slug="attic", author="mallory"), post(slug="attic")])
    await act_below("sweep")
    await store(posts(3, slug="attic"))
    read = log_reader.changes_between

    async def seqs(after, upto, limit=None):
        return [each.seq for each in await database.read(read, "attic", after, upto, limit)]

    assert await seqs(0, 10) == list(range(1, 11))
    assert await seqs(6, 7) == [7]
    assert await seqs(7, 10) == [8, 9, 10]
    assert await seqs(0, 6) == [1, 2, 3, 4, 5, 6]
    assert await seqs(3, 10, 4) == [4, 5, 6, 7]
    assert await seqs(3, 10, 3) == [4, 5, 6]


async def test_a_sweep_is_read_once_for_all_who_are_there(alice, mallory):
    async with enter(cookie=alice) as hers, enter(cookie=mallory) as theirs, enter() as his:
        await theirs.post(SPAM)
        await own(hers)
        async with counted(in_readers, "chat_act") as queries:
            await act(hers, "sweep", author_id=author_of(theirs))
            for socket in (hers, theirs, his):
                await socket.bodies(until=2)
            reads = [each for each in queries if "swept_seq" in each.split("WHERE")[1]]
        assert len(reads) == 1


async def test_who_was_swept_may_go_on_writing_unless_muted(alice, mallory):
    async with enter(cookie=alice) as hers, enter(cookie=mallory) as theirs:
        await theirs.post(SPAM)
        await own(hers)
        await act(hers, "sweep", author_id=author_of(theirs))
        await theirs.post("Sorry")
        assert await hers.bodies(until=3) == [SPAM, "Sorry"]
        assert shown(hers) == ["", "Sorry"]
        assert (await Message.objects.aget(seq=3)).body == "Sorry"


async def test_a_sweep_does_not_wait_for_what_may_still_arrive(alice, mallory, monkeypatch):
    monkeypatch.setattr("chat.live.hub.REORDER_WINDOW", (600, 600))
    async with enter(cookie=alice) as hers, enter(cookie=mallory) as theirs:
        await theirs.post(SPAM)
        await own(hers)
        await act(hers, "sweep", author_id=author_of(theirs))
        await hers.post("Peace")

        await theirs.bodies(until=3)
        assert shown(theirs) == ["", "Peace"]
