"""One connection: frames in, frames out, as plain text or `chat.v1`. Commands do the rest."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import msgspec
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from chat.access.handshake import Scope, cursor_of, guest_of
from chat.access.origin import is_allowed_origin
from chat.access.rate_limits import command_rate, delay_refusal, refusal_rate
from chat.live.commands import HANDLERS, post_plain_text
from chat.live.connection_log import ConnectionRecord
from chat.live.hub import RoomHub
from chat.live.prepared_text import writer_of
from chat.live.runtime import runtime
from chat.live.subscription import PlainTextSubscription, Subscription
from chat.live.visitor import Visitor
from chat.metrics import REFUSALS, RESETS
from chat.models import LOBBY
from chat.protocol import commands, frames
from chat.protocol.command import Command
from chat.protocol.commands import ReactToMessage
from chat.protocol.errors import BadFrame, ChatError, CloseCode, Disconnect, TooFast, Unavailable
from chat.protocol.frames import GoingAway, Limits, RoomInfo, Welcome
from chat.tasks import cancel

logger = logging.getLogger(__name__)

RETRY_AFTER_CANCEL = 500, 5000  # ms, random in between: clients do not reconnect all at once

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class ChatConsumer(AsyncWebsocketConsumer):
    """Replaces Channels' loop, dispatch, `connect`, `receive` and `close`, for speed and clean-up.

    Channels' `dispatch` makes a trip through the shared database thread before each message: 60 us
    against 0.4 us without it, and more once that thread is busy. Its `__call__` gives each socket
    a channel of its own, which the room's hub makes unnecessary, and calls `disconnect` on some
    exits only. What remains in use is `accept`, `send` and the state behind them.
    """

    visitor: Visitor | None = None  # set once they have entered the room
    subscription: Subscription | None = None
    frames_in = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Receive until the connection ends. Cleans up on every way out."""
        self.scope, self.base_send = scope, send
        self.channel_layer = None
        self.runtime = runtime()
        self.is_plain = frames.SUBPROTOCOL not in scope.get("subprotocols", ())
        self._commands, self._refusals = command_rate(), refusal_rate()
        self._reacting: set[asyncio.Task[None]] = set()
        self._record = ConnectionRecord(self._address, "plain" if self.is_plain else "json")
        async with AsyncExitStack() as self._exit_stack:
            self._exit_stack.callback(lambda: self._record.write(self.frames_in))
            self._exit_stack.push_async_callback(lambda: cancel(*self._reacting))
            try:
                while True:
                    await self.dispatch(await receive())
            except StopConsumer:
                pass
            except asyncio.CancelledError:  # how plain Daphne shuts down: without a close frame
                self._record.closed(CloseCode.SERVICE_RESTART)
                await self.go_away(random.randint(*RETRY_AFTER_CANCEL))
                raise
            except Exception:
                self._record.closed(1011)
                raise

    async def dispatch(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "websocket.receive":
            self.frames_in += 1
            await self.websocket_receive(message)
        elif kind == "websocket.connect":
            await self.connect()
        else:
            self._record.closed(message.get("code"))
            raise StopConsumer

    async def connect(self) -> None:
        """Let the client in, or accept and close with a code: a browser shows a failed handshake
        as 1006, whatever the reason.

        Only a client whose address already has SOCKETS_PER_ADDRESS refused handshakes gets no
        more than a failed one: accepting each would keep them all open for seconds.
        """
        limits, is_too_fast = self.runtime.limits, False
        try:
            limits.handshakes.take(self._address)
        except TooFast:
            is_too_fast = True
            if not self._exit_stack.enter_context(limits.refused_handshakes.socket(self._address)):
                await self.close()
                return
            await delay_refusal()
        await self.accept(None if self.is_plain else frames.SUBPROTOCOL)
        try:
            if is_too_fast:
                raise Disconnect(CloseCode.TOO_MANY_SOCKETS)
            hub = await self._enter()
            subscription = await self._subscribe(hub)
        except Disconnect as end:
            await self.close(end.code)
        except Unavailable:
            await self.close(CloseCode.UNAVAILABLE)
        else:
            self.subscription = subscription
            delivery = asyncio.create_task(self._deliver(hub, subscription), name="deliver")
            self._exit_stack.push_async_callback(cancel, delivery)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Run one command and reply to it. A refusal leaves the socket open, until the client
        ignores too many.

        A reaction may wait for those of others. It has a task of its own, so that the commands
        after it do not wait too; the rate of reactions bounds the number of tasks.
        """
        if self.visitor is None:
            return  # not let in; the closing handshake is under way
        text = text_data or ""
        try:
            self._commands.take(_("You are sending commands too fast."))
            if writer_of(self.scope):  # `serve`, which reads nothing more while this waits
                await self.runtime.limits.commands.wait_turn(self._address)
            if bytes_data is not None:
                raise BadFrame(_("Binary frames are not supported. Send text."))
            elif self.is_plain:
                await post_plain_text(self.visitor, text)
            else:
                command = commands.decode(text)
                if isinstance(command, ReactToMessage):
                    self._reacting = {task for task in self._reacting if not task.done()}
                    react = self._react(command, text)
                    self._reacting.add(asyncio.create_task(react, name="react"))
                else:
                    await self._run(command)
        except ChatError as error:
            await self._refuse(error, text)

    async def _run(self, command: Command) -> None:
        assert self.visitor
        await self.send_frame(await HANDLERS[type(command)](self.visitor, command))

    async def _react(self, command: ReactToMessage, text: str) -> None:
        try:
            await self._run(command)
        except ChatError as error:
            await self._refuse(error, text)
        except Exception:
            logger.exception("A reaction failed")
            await self.close(CloseCode.FAILED)

    async def send_frame(self, frame: msgspec.Struct) -> None:
        await self.send(text_data=frames.encode(frame))

    async def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Close the socket; the reason of a CloseCode is its meaning."""
        self._record.closed(code)
        if isinstance(code, CloseCode):
            reason = code.meaning
            code = int(code)  # Daphne accepts no subclass of int
        await super().close(code, reason)

    async def go_away(self, retry_in_ms: int) -> None:
        """Send `going_away`; a plain-text client learns it from the close code. Messages still
        follow, but no `people.changed`: everybody is leaving now."""
        if self.subscription is not None:
            self.subscription.wants_people = False
        if self.visitor is not None and not self.is_plain:
            await self.send_frame(GoingAway(retry_in_ms))

    @property
    def _address(self) -> str | None:
        """The client's IP address; None if it has none (a unix socket, a test)."""
        return (self.scope.get("client") or [None])[0]

    async def _refuse(self, error: ChatError, text: str) -> None:
        REFUSALS.labels(error.code).inc()
        if self.is_plain:
            await self.send(text_data=f"error: {error.detail}")
        else:
            await self.send_frame(frames.error_frame(error, commands.command_id(text)))
        if isinstance(error, TooFast):
            await self._slow_down()

    async def _slow_down(self) -> None:
        """Throttle a client that exceeds its rate (`serve` reads nothing more meanwhile); close
        it if it keeps going."""
        if self._refusals.wait():
            await self.close(CloseCode.FLOODING)
        elif settings.COMMAND_RATE and writer_of(self.scope):
            await asyncio.sleep(1 / settings.COMMAND_RATE)

    async def _enter(self) -> RoomHub:
        """Check that the client may enter, and enter the room. Raises Disconnect and
        Unavailable."""
        slug = self.scope["url_route"]["kwargs"].get("slug") or LOBBY
        if not is_allowed_origin(self.scope["headers"]):
            raise Disconnect(CloseCode.BAD_ORIGIN)
        if not frames.SLUG.fullmatch(slug):
            raise Disconnect(CloseCode.BAD_ROOM)
        limits, hubs = self.runtime.limits, self.runtime.hubs
        if not self._exit_stack.enter_context(limits.sockets.socket(self._address)):
            raise Disconnect(CloseCode.TOO_MANY_SOCKETS)
        if not self._exit_stack.enter_context(limits.open_rooms.entered(self._address, slug)):
            raise Disconnect(CloseCode.TOO_MANY_SOCKETS)
        self._exit_stack.enter_context(self.runtime.shutdown.connected(self))
        hub = await hubs.enter(slug)
        self._exit_stack.callback(hubs.leave, hub)
        visitor = Visitor(guest_of(self.scope), hub, self._address, self.runtime)
        author_id = visitor.guest.person.author_id
        if hub.moderation.is_banned(author_id):
            raise Disconnect(CloseCode.BANNED)
        self.visitor = visitor
        self._record.entered(slug, author_id)
        self.runtime.members.entered(slug, author_id)
        hub.presence.enter(visitor.guest.person)
        self._exit_stack.callback(lambda: hub.presence.leave(visitor.guest.person))
        return hub

    async def _deliver(self, hub: RoomHub, subscription: Subscription) -> None:
        """Send what is new to the client, until cancelled. Usually the fan-out writes it; this
        task sends the rest."""
        try:
            self._record.reads(subscription)
            with hub.fan_out.reading(subscription):
                while True:
                    for text in await subscription.next_batch():
                        await self.send(text_data=text.text)
        except Disconnect as end:
            await self.close(end.code)
        except Exception:
            logger.exception("A connection failed")
            await self.close(CloseCode.FAILED)

    async def _subscribe(self, hub: RoomHub) -> Subscription:
        """A plain-text client starts at the head; `chat.v1` at its cursor, after a `welcome`."""
        assert self.visitor
        writer, author_id = writer_of(self.scope), self.visitor.guest.person.author_id
        if self.is_plain:
            return PlainTextSubscription(hub, author_id, writer)
        asked = cursor_of(self.scope)
        cursor = await hub.starting_point(*asked) if asked else None
        # While a pass is under way, the replay buffer still has what has been deleted since.
        hub.release()
        # Before the welcome is sent: what changes meanwhile is new to this subscription.
        subscription = Subscription(hub, author_id, cursor, writer)
        reset = bool(asked) and cursor is None
        RESETS.inc(reset)
        await self.send_frame(self._welcome(hub, reset=reset))
        for notice in subscription.first_notices():
            await self.send(text_data=notice.text)
        return subscription

    def _welcome(self, hub: RoomHub, *, reset: bool) -> Welcome:
        assert self.visitor
        people, count = hub.presence.people_with(self.visitor.guest.person)
        return Welcome(
            room=RoomInfo(hub.slug, hub.title),
            you=self.visitor.guest.person,
            epoch=hub.epoch,
            head=hub.released,
            reset=reset,
            limits=Limits(),
            people=people,
            count=count,
        )
