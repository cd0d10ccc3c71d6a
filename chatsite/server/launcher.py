"""Daphne's server with lifespan events, signals and an exit code.

However it ends, `serve` returns an exit code. The process exits soon after DRAIN_SECONDS from the
first signal: if anything hangs, faulthandler prints where and exits.
"""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import logging
import os
import signal
import time
from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

# First: importing it installs the asyncio reactor.
from daphne.server import Server  # isort: skip
import daphne.http_protocol
import daphne.ws_protocol
from asgiref.compatibility import guarantee_single_callable
from twisted.internet import defer, reactor
from twisted.internet.endpoints import serverFromString
from twisted.logger import LogLevel, STDLibLogObserver, globalLogPublisher

from chatsite.server import drain
from chatsite.server.admission import Admission, raised_descriptor_limit
from chatsite.server.channel import Channel
from chatsite.server.connection import EXTENSION, Connection
from chatsite.server.lifespan import Lifespan, LifespanFailed
from chatsite.server.receive_queue import ReceiveQueue
from chatsite.server.request import Request
from chatsite.server.versions import warn_about_untested_versions

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 10
MAX_BODY = 2_621_440  # bytes of a request, as Django's own default
CLOSE_TIMEOUT = 5  # seconds for a peer to answer a close frame
LAST_RESORT = 2  # seconds after the drain should have ended
# A full garbage collection pauses the event loop for some 0.2 s per 1,000 connections (each has 180
# tracked objects); with Python's default thresholds 21 of them run while 10,000 connect, 7 s in
# total. Objects created at start-up are frozen, so they cost nothing. Connections and hubs that end
# leave no reference cycles, so the third threshold can be high: a full collection only runs when
# there are 5 million more objects than before.
GC_THRESHOLDS = 5_000, 10, 100


def serve(
    application: Any,
    endpoints: Sequence[str],
    *,
    on_listening: Callable[[], None] = lambda: None,
    drain_seconds: float = DRAIN_SECONDS,
    max_body: int = MAX_BODY,
    counted_as: Callable[[str], str | None] = lambda address: address,
    per_client: int = 0,
    **options: Any,
) -> int:
    """Serve until a signal; returns the exit code. Call it in the main thread, once.

    `endpoints` are Twisted's descriptions ("tcp:port=8000:interface=127.0.0.1"); `options` those of
    daphne.server.Server. `on_listening` is called once it listens at all endpoints. A request of
    more than `max_body` bytes is answered with 413. At most `per_client` HTTP connections of one
    client are open; for both names see Admission. The first SIGTERM or SIGINT starts the drain; a
    second one exits immediately.
    """
    warn_about_untested_versions()
    launcher = Launcher(application, endpoints, drain_seconds=drain_seconds, **options)
    launcher.on_listening = on_listening
    launcher.max_body = max_body
    launcher.admission = Admission(counted_as, per_client, raised_descriptor_limit())
    return launcher.run()


def check_endpoint(description: str) -> None:
    """Raises ValueError for an invalid endpoint description."""
    try:
        serverFromString(reactor, description)
    except Exception as error:  # each type of endpoint has its own parser
        raise ValueError(str(error)) from error


class Clock:
    """Replaces `time` in Daphne, where a jump of the wall clock would close every socket, or stop
    the pings."""

    time = staticmethod(time.monotonic)


for module in (daphne.http_protocol, daphne.server, daphne.ws_protocol):
    module.time = Clock


class Launcher(Server):
    draining = False
    exit_code = 0
    max_body = MAX_BODY
    admission: Admission
    on_listening: Callable[[], None]
    end_reason = ""
    ends_since = 0.0  # time.monotonic()
    sockets_at_end = 0  # open WebSockets when the shutdown began

    def __init__(
        self, application: Any, endpoints: Sequence[str], *, drain_seconds: float, **options: Any
    ) -> None:
        application = guarantee_single_callable(application)
        # We handle signals, and finish the set-up before anything is served.
        options |= {"signal_handlers": False, "ready_callable": self.set_up}
        super().__init__(application, endpoints, **options)
        self.drain_seconds = drain_seconds
        self.lifespan = Lifespan(application, drain.share_of_application(drain_seconds))
        self.ports: list[Any] = []
        self.reactor: Any = reactor
        self.loop: asyncio.AbstractEventLoop = self.reactor._asyncioEventloop  # as Daphne does

    # Start and shutdown

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.on_signal)
        asyncio.set_event_loop(self.loop)
        self.connections: dict[Any, dict[str, Any]] = {}
        try:
            self.loop.run_until_complete(self.lifespan.startup())
            gc.collect()
            gc.freeze()
            gc.set_threshold(*GC_THRESHOLDS)
            super().run()
            if self.abort_start:  # Daphne has logged why it cannot listen
                self.exit_code = 1
        except LifespanFailed as error:
            self.fail("the application cannot start: %s", error)
        except BaseException:
            self.fail("the server crashed", exc_info=True)
        if not self.draining:
            self.begin_shutdown()
            self.loop.run_until_complete(drain.drain(self))
        self.loop.run_until_complete(drain.cancel_everything())
        if not self.abort_start:
            self.log_end()
        return self.exit_code

    def log_end(self) -> None:
        logger.info(
            "Ended: %s; %d WebSockets closed in %.1f s, exit code %d",
            self.end_reason or "stopped",
            self.sockets_at_end,
            time.monotonic() - self.ends_since,
            self.exit_code,
        )

    def fail(self, message: str, *args: object, **options: Any) -> None:
        logger.critical(message, *args, **options)
        self.exit_code = 1
        self.end_reason = self.end_reason or message % args

    def on_signal(self, number: int, frame: object) -> None:
        """Runs between any two bytecodes of the main thread, so it must not lock or log."""
        if self.draining or not self.reactor.running:
            os._exit(128 + number)
        else:
            self.end_reason = signal.Signals(number).name
            self.begin_shutdown()
            self.loop.call_soon_threadsafe(self.start_drain)

    def begin_shutdown(self) -> None:
        self.draining = True
        self.ends_since = time.monotonic()
        faulthandler.dump_traceback_later(self.drain_seconds + LAST_RESORT, exit=True)

    def start_drain(self) -> None:
        self.drain_task = self.loop.create_task(drain.drain(self))
        self.drain_task.add_done_callback(lambda task: self.stop())

    # What Daphne calls

    def set_up(self) -> None:
        self.ws_factory.setProtocolOptions(
            failByDrop=False,  # send a close code to a peer that violates the protocol
            closeHandshakeTimeout=CLOSE_TIMEOUT,
            allowNullOrigin=True,  # as Daphne sets it; this call would reset it
        )
        self.ws_factory.protocol = Connection.configured_by(self.ws_factory)
        self.http_factory.protocol = Channel
        self.http_factory.acceptableProtocols = lambda: [b"http/1.1"]  # of a TLS endpoint
        self.http_factory.buildProtocol = partial(build_http, self.http_factory.buildProtocol)
        if self.verbosity <= 1:  # Daphne has discarded all of Twisted's log
            observer: Any = log_failures
            globalLogPublisher.addObserver(observer)

    def listen_success(self, port: Any) -> None:
        super().listen_success(port)
        port.transport = self.admission.counting(port.transport)
        self.ports.append(port)
        if len(self.ports) == len(self.endpoints):
            self.on_listening()

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        scope["root_path"] = self.root_path  # Daphne lets any client choose it by a header
        if isinstance(protocol, Connection):
            scope["asgi"] = {"version": "3.0", "spec_version": "2.3"}
            # Daphne unquotes them, and only what was offered literally can be accepted.
            scope["subprotocols"] = list(protocol.websocket_protocols)
            scope["extensions"] = {EXTENSION: protocol.extension}
            queue = ReceiveQueue(on_room=protocol.read_on_soon)
            call = self.application(scope, queue.get, protocol.send)
            self.connections[protocol]["application_instance"] = self.loop.create_task(call)
        else:
            queue = super().create_application(protocol, scope)
        task = self.connections[protocol]["application_instance"]
        task.add_done_callback(partial(self.application_ended, protocol))
        return queue

    def application_ended(self, protocol: Any, task: asyncio.Task[None]) -> None:
        """Close the connection. Daphne checks once a second, and leaves an HTTP response that
        failed half-way open."""
        details = self.connections.get(protocol, {})
        if details.pop("application_instance", None) is None:
            return
        error = None if task.cancelled() else task.exception()
        if error is not None:
            logger.error("exception in the application", exc_info=error)
        if "disconnected" in details:
            return
        if isinstance(protocol, Connection):
            code = 1011 if error or task.cancelled() else 1000
            protocol.end(code, "", status=HTTPStatus.INTERNAL_SERVER_ERROR)
        elif protocol._response_started:
            protocol.channel.forceAbortClient()
        else:
            protocol.handle_exception(error)

    def protocol_disconnected(self, protocol: Any) -> None:
        if protocol in self.connections:  # not one that was refused
            super().protocol_disconnected(protocol)

    def timeout_checker(self) -> None:
        try:
            super().timeout_checker()
        except Exception:  # or no timeout would ever be checked again
            logger.exception("cannot check timeouts")
            self.loop.call_later(2, self.timeout_checker)

    def kill_all_applications(self) -> defer.Deferred[None]:
        """Only has tasks to cancel if Daphne's `stop` was called, not after a signal."""
        return defer.Deferred.fromFuture(asyncio.ensure_future(drain.cancel_applications(self)))


def build_http(build: Any, address: Any) -> Any:
    protocol = build(address)
    protocol.requestFactory = Request
    return protocol


to_logging: Any = STDLibLogObserver(__name__)


def log_failures(event: Any) -> None:
    """Log exceptions that Twisted caught, but not what Autobahn logs about misbehaving peers."""
    if event["log_level"] is LogLevel.critical:
        to_logging(event)
