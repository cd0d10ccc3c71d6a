"""Owners and moderators: who becomes one, what they may do, and that acts are done once."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from chat import database
from chat.models import Act, Message
from chat.protocol import moderation
from chat.services.moderation.keys import new_key
from tests.moderating import act, author_of, make_regular, own, say, undo
from tests.people_shown import cookie
from tests.sockets import enter

# Every act, with fields that are valid in the room of `four_people`.
ACTS = [
    ("remove", {"seq": 1}),
    ("mute", {"author_id": "victim", "seconds": 60}),
    ("ban", {"author_id": "victim"}),
    ("sweep", {"author_id": "victim"}),
    ("role", {"author_id": "victim", "role": "moderator"}),
    ("rules", {"rules": {"slow_seconds": 5}}),
    ("pin", {"seq": 1, "on": True}),
    ("approve", {"client_message_id": str(uuid4())}),
    ("decline", {"client_message_id": str(uuid4())}),
    ("settle", {"seq": 1}),
    ("end_raid", {}),
]


@pytest.fixture
def mallory():
    return cookie("Mallory")


def names(socket):
    return [(each["name"], each["role"]) for each in socket.rules["roles"]]


def test_the_list_of_acts_is_complete():
    known = {each.__struct_config__.tag for each in moderation.COMMANDS}
    assert {f"act.{kind}" for kind, _ in ACTS} == {
        tag for tag in known if tag.startswith("act.") and tag != "act.undo"
    }


async def test_who_opens_the_owner_link_becomes_an_owner_and_everybody_sees_it(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await his.post("Hello")
        assert (hers.rules["roles"], hers.standing["role"], hers.waiting) == ([], None, None)
        first, second = [await database.write(new_key, "lobby") for _ in range(2)]

        assert await hers.refusal("room.claim", key="guess") == "bad_key"
        assert await hers.refusal("room.claim", key=first) == "bad_key", "it was replaced"
        assert await hers.refusal("act.rules", act_id=str(uuid4()), rules={}) == "not_allowed"
        await hers.command("room.claim", key=second)

        await hers.until(lambda: hers.standing["role"] == "owner" and hers.waiting)
        await his.until(lambda: names(his) == [("Alice", "owner")])
        assert (his.standing["role"], his.waiting) == (None, None)
        await act(hers, "rules", rules={"slow_seconds": 5})
        await his.until(lambda: his.rules["rules"] == {"slow_seconds": 5})
    async with enter(cookie=alice) as hers:
        assert hers.standing["role"] == "owner"
        assert (hers.waiting["held"], hers.waiting["reports"]) == (0, 0)


async def test_keys_cannot_be_tried_for_long(alice, monkeypatch):
    monkeypatch.setattr("chat.access.rate_limits.CLAIMS", (0.001, 3))
    async with enter(cookie=alice) as hers:
        await hers.post("Hello")
        key = await database.write(new_key, "lobby")
        codes = [await hers.refusal("room.claim", key=f"guess{each}") for each in range(4)]

        assert codes == ["bad_key"] * 3 + ["too_fast"]
        assert await hers.refusal("room.claim", key=key) == "too_fast"


@pytest.mark.parametrize(("kind", "fields"), ACTS)
async def test_only_owners_and_moderators_may_act(kind, fields, alice, bob, mallory):
    async with (
        enter(cookie=alice) as hers,
        enter(cookie=bob) as his,
        enter(cookie=mallory) as theirs,
    ):
        await his.post("Hello")
        await own(hers)
        await make_regular(theirs)
        victim = {"author_id": author_of(his)} if "author_id" in fields else {}
        command = {"act_id": str(uuid4()), **fields, **victim}

        assert await theirs.refusal(f"act.{kind}", **command) == "not_allowed"
        assert await theirs.refusal("act.undo", act_id=str(uuid4())) == "not_allowed"
        assert await theirs.refusal("moderation.fetch") == "not_allowed"
        assert not await Act.objects.filter(kind=kind, by_name="Mallory").aexists()

        if kind not in {"approve", "decline", "settle"}:  # nothing waits
            await hers.command(f"act.{kind}", **command)


async def test_an_act_is_done_once_however_often_it_is_sent(alice, bob, mallory):
    async with (
        enter(cookie=alice) as hers,
        enter(cookie=bob) as his,
        enter(cookie=mallory) as theirs,
    ):
        seq = await his.post("Hello")
        await own(hers)
        act_id = await act(hers, "remove", seq=seq)
        await undo(hers, act_id)
        await act(hers, "remove", seq=seq, act_id=act_id)
        await undo(hers, act_id)

        await hers.bodies(until=3)
        assert hers.latest(seq)["body"] == "Hello", "the act was not done a second time"
        assert await Act.objects.filter(kind="remove").acount() == 1
        await act(hers, "role", author_id=author_of(theirs), role="moderator")
        stolen = {"act_id": act_id, "author_id": author_of(his)}
        assert await theirs.refusal("act.ban", **stolen) == "conflict"
        await his.post("Still here")


async def test_who_loses_a_role_can_do_nothing_more(alice, bob, mallory):
    async with (
        enter(cookie=alice) as hers,
        enter(cookie=bob) as his,
        enter(cookie=mallory) as theirs,
    ):
        seq = await theirs.post("Hello")
        await own(hers)
        await act(hers, "role", author_id=author_of(his), role="moderator")
        await his.until(lambda: his.standing["role"] == "moderator" and his.waiting)
        removal = await act(his, "remove", seq=seq)
        await act(hers, "role", author_id=author_of(his), role=None)

        await his.until(lambda: his.standing["role"] is None)
        assert await his.refusal("act.undo", act_id=removal) == "not_allowed"
        assert await his.refusal("moderation.fetch") == "not_allowed"
        his.waiting = None
        await theirs.command("message.report", seq=await hers.post("Really?"))
        await hers.until(lambda: hers.waiting["reports"] == 1)
        await his.bodies(until=3)
        assert his.waiting is None, "what waits is for moderators only"


async def test_moderators_act_neither_on_owners_nor_on_each_other(alice, bob, mallory):
    async with (
        enter(cookie=alice) as hers,
        enter(cookie=bob) as his,
        enter(cookie=mallory) as theirs,
    ):
        seq = await hers.post("Hello")
        await own(hers)
        for each in (his, theirs):
            await act(hers, "role", author_id=author_of(each), role="moderator")
        for target in (hers, his):
            for kind in ("mute", "ban", "sweep"):
                fields = {"act_id": str(uuid4()), "author_id": author_of(target)}
                assert await theirs.refusal(f"act.{kind}", **fields) == "not_allowed"
        fields = {"act_id": str(uuid4()), "author_id": author_of(his), "role": None}
        assert await theirs.refusal("act.role", **fields) == "not_allowed"
        assert await theirs.refusal("act.remove", act_id=str(uuid4()), seq=seq) == "not_allowed"

        muting = await act(hers, "mute", author_id=author_of(theirs))
        await theirs.until(lambda: theirs.standing["is_muted"])
        assert theirs.standing["role"] is None, "while they are muted"
        assert await theirs.refusal("act.undo", act_id=muting) == "not_allowed"
        await undo(hers, muting)
        await theirs.until(lambda: theirs.standing["role"] == "moderator")


async def test_reports_reach_the_moderators_once(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his, enter() as theirs:
        seq = await theirs.post("Buy this")
        await own(hers)
        for _ in range(2):
            await his.command("message.report", seq=seq, reason="Spam")
        assert await his.refusal("message.report", seq=99) == "not_found"

        await hers.until(lambda: hers.waiting["reports"] == 1)
        [report] = (await hers.command("moderation.fetch"))["reports"]
        assert (report["seq"], report["body"]) == (seq, "Buy this")
        assert (report["count"], report["reasons"]) == (1, ["Spam"])
        await act(hers, "settle", seq=seq)
        await hers.until(lambda: hers.waiting["reports"] == 0)
        listed = await hers.command("moderation.fetch")
        assert (listed["reports"], listed["acts"][0]["kind"]) == ([], "settle")


async def test_reporting_is_rate_limited(alice, monkeypatch):
    monkeypatch.setattr("chat.access.rate_limits.REPORTS", (0.001, 1))
    async with enter(cookie=alice) as hers, enter() as theirs:
        seqs = [await theirs.post("Spam"), await theirs.post("More")]
        await hers.command("message.report", seq=seqs[0])

        assert await hers.refusal("message.report", seq=seqs[1]) == "too_fast"


async def test_an_act_is_in_force_when_it_is_acknowledged(alice, bob, no_rates):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        await his.post("Hello")
        await own(hers)
        for _ in range(5):
            muting = await act(hers, "mute", author_id=author_of(his))
            assert (await say(his, "Now?"))["code"] == "muted"
            await undo(hers, muting)
            assert (await say(his, "Now?"))["type"] == "ack"


async def test_a_removed_message_comes_back_within_ten_minutes(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        seq = await his.post("Hello")
        await his.command("message.react", seq=seq, emoji="👍", on=True)
        await own(hers)
        removal = await act(hers, "remove", seq=seq)
        await his.until(lambda: his.latest(seq).get("removed"))
        assert (his.latest(seq)["body"], his.latest(seq).get("reactions")) == ("", None)
        assert await his.refusal("message.edit", seq=seq, body="Hello again") == "deleted"

        await undo(hers, removal)
        await his.until(lambda: his.latest(seq)["body"] == "Hello")
        assert [each["count"] for each in his.latest(seq)["reactions"]] == [1]

        removal = await act(hers, "remove", seq=seq)
        logged = await Act.objects.aget(key=removal)
        logged.at -= timedelta(minutes=11)
        await logged.asave()
        assert await hers.refusal("act.undo", act_id=removal) == "too_late"
        assert (await Message.objects.aget(seq=seq)).body == ""


async def test_pins_are_known_to_everybody(alice, bob):
    async with enter(cookie=alice) as hers, enter(cookie=bob) as his:
        seqs = [await his.post("One"), await his.post("Two")]
        await own(hers)
        for seq in seqs:
            await act(hers, "pin", seq=seq, on=True)

        await his.until(lambda: his.rules["pins"] == seqs[::-1])
        await act(hers, "pin", seq=seqs[0], on=False)
        await his.until(lambda: his.rules["pins"] == seqs[1:])
    async with enter() as theirs:
        assert theirs.rules["pins"] == seqs[1:]
