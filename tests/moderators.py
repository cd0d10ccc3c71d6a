"""People and acts for tests of moderation below the socket: olivia owns the lobby, mo moderates it,
alice and bob are in it, mallory is a nuisance."""

from __future__ import annotations

from uuid import uuid4

from chat.models import Role, Room
from chat.protocol import moderation as wire
from chat.protocol.frames import Person
from chat.services.moderation import acts, keys
from chat.services.moderation.actors import Actor

OLIVIA, MO, ALICE, BOB, MALLORY = (
    Actor(name, name.capitalize()) for name in ("olivia", "mo", "alice", "bob", "mallory")
)
STAFF = Actor("", "root", is_staff=True)


def person(actor):
    return Person(actor.author_id, actor.name)


def appoint():
    """Make olivia an owner of the lobby and mo a moderator; returns the room."""
    room = Room.objects.lobby()
    keys.make_owner("lobby", person(OLIVIA))
    Role.objects.create(room=room, author_id="mo", name="Mo", role="moderator")
    room.refresh_from_db()
    return room


def do(actor, kind, *args, act_id=None, **fields):
    """Let `actor` do an act of that kind in the lobby; returns its id."""
    act_id = act_id or uuid4()
    acts.perform("lobby", actor, kind(1, act_id, *args, **fields))
    return act_id


def undo(actor, act_id):
    acts.undo("lobby", actor, act_id)


def remove(actor, seq, **fields):
    return do(actor, wire.RemoveMessage, seq, **fields)


def mute(actor, whom, seconds=None, **fields):
    return do(actor, wire.MutePerson, whom, seconds, **fields)


def ban(actor, whom, seconds=None, **fields):
    return do(actor, wire.BanPerson, whom, seconds, **fields)


def sweep(actor, whom, **fields):
    return do(actor, wire.SweepMessages, whom, **fields)


def set_role(actor, whom, role, **fields):
    return do(actor, wire.SetRole, whom, role, **fields)


def set_rules(actor, act_id=None, **rules):
    return do(actor, wire.SetRules, wire.Rules(**rules), act_id=act_id)


def pin(actor, seq, on=True, **fields):
    return do(actor, wire.PinMessage, seq, on, **fields)


def approve(actor, client_message_id, **fields):
    return do(actor, wire.ApproveMessage, client_message_id, **fields)


def decline(actor, client_message_id, **fields):
    return do(actor, wire.DeclineMessage, client_message_id, **fields)


def settle(actor, seq, **fields):
    return do(actor, wire.SettleReport, seq, **fields)


def end_raid(actor, **fields):
    return do(actor, wire.EndRaid, **fields)
