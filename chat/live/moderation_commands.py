"""The commands of chat/protocol/moderation.py. They are checked and done in one transaction each,
and acknowledged when what they did is in force in this process.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec

from chat import database
from chat.live.visitor import Visitor
from chat.protocol import moderation
from chat.protocol.errors import Unavailable
from chat.protocol.frames import Ack
from chat.protocol.moderation import (
    Act,
    BanPerson,
    ClaimRole,
    FetchModeration,
    ModerationAck,
    ReportMessage,
    UndoAct,
)
from chat.services.moderation.actors import Actor
from chat.services.moderation.acts import perform, undo
from chat.services.moderation.keys import claim
from chat.services.moderation.lists import read_lists
from chat.services.moderation.reports import report

P = ParamSpec("P")


async def claim_role(visitor: Visitor, command: ClaimRole) -> Ack:
    visitor.runtime.limits.claims.take(visitor.guest.person.author_id, visitor.address)
    await _write(visitor, claim, visitor.hub.slug, visitor.guest.person, command.key)
    return Ack(command.id)


async def report_message(visitor: Visitor, command: ReportMessage) -> Ack:
    person = visitor.guest.person
    visitor.runtime.limits.reports.take(person.author_id, visitor.address)
    await visitor.runtime.free_space.require()
    await _write(visitor, report, visitor.hub.slug, person, command.seq, command.reason)
    return Ack(command.id)


async def fetch_moderation(visitor: Visitor, command: FetchModeration) -> ModerationAck:
    visitor.runtime.limits.history.take(visitor.address)
    turns = visitor.runtime.read_turns
    async with turns.turn():
        lists = await turns.read(read_lists, visitor.hub.slug, _actor(visitor), command.before)
    return ModerationAck(command.id, **lists._asdict())


async def perform_act(visitor: Visitor, command: Act) -> Ack:
    visitor.runtime.limits.acts.take(visitor.guest.person.author_id, visitor.address)
    if isinstance(command, BanPerson):  # it slows the network of their last message
        await visitor.runtime.members.flush()
    await _write(visitor, perform, visitor.hub.slug, _actor(visitor), command)
    return Ack(command.id)


async def undo_act(visitor: Visitor, command: UndoAct) -> Ack:
    visitor.runtime.limits.acts.take(visitor.guest.person.author_id, visitor.address)
    await _write(visitor, undo, visitor.hub.slug, _actor(visitor), command.act_id)
    return Ack(command.id)


def _actor(visitor: Visitor) -> Actor:
    person = visitor.guest.person
    return Actor(person.author_id, person.name)


async def _write(
    visitor: Visitor, func: Callable[P, None], *args: P.args, **kwargs: P.kwargs
) -> None:
    """Run `func`, which may run twice, after the writes before it. Raises ChatError."""
    try:
        await database.write(func, *args, **kwargs)
    except Unavailable:  # perhaps only of a connection that was broken; the next call has a new one
        await database.write(func, *args, **kwargs)
    await visitor.hub.moderation.loaded()


HANDLERS: dict[type, Callable[[Visitor, Any], Awaitable[Ack]]] = {
    **{each: perform_act for each in moderation.COMMANDS if issubclass(each, Act)},
    ClaimRole: claim_role,
    ReportMessage: report_message,
    FetchModeration: fetch_moderation,
    UndoAct: undo_act,
}
