"""Acts of moderation by sockets, and what people get to know of them."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from asgiref.sync import sync_to_async
from django.utils import timezone

from chat import database
from chat.models import Member, Room
from chat.protocol.frames import Person
from chat.services.moderation.keys import make_owner
from chat.services.moderation.work import working


def author_of(socket):
    return socket.welcome["you"]["author_id"]


async def act(socket, kind, **fields):
    """Do an act that is not refused; returns its `act_id`."""
    act_id = fields.pop("act_id", None) or str(uuid4())
    await socket.command(f"act.{kind}", act_id=act_id, **fields)
    return act_id


async def undo(socket, act_id):
    await socket.command("act.undo", act_id=act_id)


async def own(socket):
    """Make this person an owner of their room, and wait until they know it."""
    you, slug = socket.welcome["you"], socket.welcome["room"]["slug"]
    await database.read(lambda: Room.objects.lobby())
    await database.write(make_owner, slug, Person(you["author_id"], you["name"]))
    await socket.until(lambda: socket.standing["role"] == "owner" and socket.waiting)


async def make_regular(socket, minutes=16, written=3):
    """Let this person have been in their room for so long, and have written so much there."""
    slug, author_id = socket.welcome["room"]["slug"], author_of(socket)

    def remember():
        with working(slug) as work:
            since = timezone.now() - timedelta(minutes=minutes)
            Member.objects.create(room=work.room, author_id=author_id, since=since, written=written)
            work.changes_state()

    await sync_to_async(remember)()


async def say(socket, body, client_message_id=None):
    """Try to post; returns the reply, an ack or an error."""
    key = str(client_message_id or uuid4())
    return await socket.ask("message.post", client_message_id=key, body=body)


async def refusal_of(socket, body):
    """The code with which this message is refused."""
    reply = await say(socket, body)
    assert reply["type"] == "error", reply
    return reply["code"]


def shown(socket):
    """The texts of the room for a client that applies what it got, in the order of their seqs."""
    latest = {each["seq"]: each for each in socket.messages}
    for seq, each in latest.items():
        covering = [
            sweep
            for sweep in socket.sweeps
            if sweep["author_id"] == each["author_id"] and sweep["first"] <= seq <= sweep["last"]
        ]
        if covering and covering[-1]["on"] and covering[-1]["seq"] > each["changed_seq"]:
            latest[seq] = each | {"body": ""}
    return [latest[seq]["body"] for seq in sorted(latest)]
