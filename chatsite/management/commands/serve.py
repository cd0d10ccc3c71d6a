"""`python manage.py serve`: the production server. Most of its options are Daphne's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from daphne.access import AccessLogGenerator
from daphne.endpoints import build_endpoint_description_strings
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from chat.access.rate_limits import network_of
from chat.protocol.frames import MAX_FRAME_IN
from chatsite.local_server import print_addresses, serve_locally
from chatsite.proxies import TrustedProxies, parsed_address
from chatsite.server import check_endpoint, serve

HOST = "127.0.0.1"
PORT = 8000
BACKLOG = 1024  # connections waiting to be accepted; Twisted's 50 are too few for a crowd
# Seconds. The event loop and the database thread switch at every commit; with Python's default of
# 5 ms, each waits far longer for the GIL than the commit takes.
SWITCH_INTERVAL = 0.0005
CONNECTIONS_PER_SOCKET = 6  # HTTP/1.1 connections that a browser opens to one host


class Command(BaseCommand):
    help = (
        "Run the production server for HTTP and WebSocket. On SIGTERM it tells clients to reconnect"
        " before it exits."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        where = parser.add_argument_group("address")
        where.add_argument(
            "-b", "--bind", metavar="HOST", help=f"address to listen on, default {HOST}"
        )
        where.add_argument("-p", "--port", type=int, help=f"TCP port, default {PORT}")
        where.add_argument(
            "--local",
            action="store_true",
            help="for use without a proxy: answer to this machine's own addresses, and print them",
        )
        where.add_argument("-u", "--unix-socket", metavar="PATH")
        where.add_argument("--fd", type=int, help="an inherited, listening file descriptor")
        where.add_argument(
            "-e",
            "--endpoint",
            action="append",
            default=[],
            help="a Twisted endpoint, such as ssl:port=443:privateKey=...; can be repeated",
        )

        how = parser.add_argument_group("server")
        how.add_argument("--access-log", metavar="FILE", help="- for stdout, like --verbosity 2")
        how.add_argument("--root-path", default="", help="ASGI's root_path")
        how.add_argument("--http-timeout", type=int, metavar="SECONDS")
        how.add_argument("--ping-interval", type=int, default=20, metavar="SECONDS")
        how.add_argument("--ping-timeout", type=int, default=30, metavar="SECONDS")
        how.add_argument("--websocket-timeout", type=int, default=86400, metavar="SECONDS")
        how.add_argument("--websocket-connect-timeout", type=int, default=5, metavar="SECONDS")
        how.add_argument(
            "--websocket-max-message-size",
            type=int,
            default=MAX_FRAME_IN,
            metavar="BYTES",
            help="longest message to accept, default %(default)s; 0 for no limit",
        )
        how.add_argument(
            "--websocket-max-frame-size",
            type=int,
            default=MAX_FRAME_IN,
            metavar="BYTES",
            help="longest fragment to accept, default %(default)s; 0 for no limit",
        )
        how.add_argument("--application-close-timeout", type=int, default=10, metavar="SECONDS")

    def handle(self, *args: Any, **options: Any) -> None:
        endpoints = endpoints_of(options)
        if options["local"]:
            if listens_elsewhere(options):
                raise CommandError("--local only works with --bind and --port.")
            serve_locally(*host_and_port(options))
        action_logger = access_logger(options["access_log"], options["verbosity"])
        application = import_string(settings.ASGI_APPLICATION)  # importing it prepares the database
        sys.setswitchinterval(SWITCH_INTERVAL)
        exit_code = serve(
            application,
            endpoints,
            on_listening=partial(self.print_where, endpoints, options),
            drain_seconds=settings.DRAIN_SECONDS,
            max_body=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
            counted_as=client_counter(TrustedProxies(settings.TRUSTED_PROXIES)),
            per_client=CONNECTIONS_PER_SOCKET * settings.SOCKETS_PER_ADDRESS,
            action_logger=action_logger,
            verbosity=options["verbosity"],
            root_path=options["root_path"] or settings.FORCE_SCRIPT_NAME or "",
            http_timeout=options["http_timeout"],
            ping_interval=options["ping_interval"],
            ping_timeout=options["ping_timeout"],
            websocket_timeout=options["websocket_timeout"],
            websocket_connect_timeout=options["websocket_connect_timeout"],
            websocket_handshake_timeout=options["websocket_connect_timeout"],
            websocket_max_message_size=options["websocket_max_message_size"],
            websocket_max_frame_size=options["websocket_max_frame_size"],
            application_close_timeout=options["application_close_timeout"],
        )
        if exit_code:
            sys.exit(exit_code)

    def print_where(self, endpoints: list[str], options: dict[str, Any]) -> None:
        if options["verbosity"]:
            if options["local"]:
                print_addresses(self.stdout, *host_and_port(options))
            else:
                self.stdout.write(f"Serving at {', '.join(endpoints)}")
            self.stdout.write("Press Ctrl+C to stop.")
            self.stdout.flush()  # it may be a pipe


def host_and_port(options: dict[str, Any]) -> tuple[str, int]:
    port = options["port"]
    return options["bind"] or HOST, PORT if port is None else port


def listens_elsewhere(options: dict[str, Any]) -> bool:
    return bool(options["unix_socket"] or options["fd"] is not None or options["endpoint"])


def endpoints_of(options: dict[str, Any]) -> list[str]:
    """Twisted endpoints for the options, with the defaults that the daphne command has."""
    host, port = options["bind"], options["port"]
    if host or port is not None or not listens_elsewhere(options):
        host, port = host_and_port(options)
    try:
        built = build_endpoint_description_strings(
            host=host, port=port, unix_socket=options["unix_socket"], file_descriptor=options["fd"]
        )
    except ValueError as error:
        raise CommandError(str(error)) from error
    for description in options["endpoint"]:
        try:
            check_endpoint(description)
        except ValueError as error:
            raise CommandError(f"--endpoint {description}: {error}") from error
    # An inherited descriptor is already listening.
    built = [each if each.startswith("fd:") else f"{each}:backlog={BACKLOG}" for each in built]
    return sorted([*options["endpoint"], *built])


def client_counter(proxies: TrustedProxies) -> Callable[[str], str | None]:
    """Maps a peer to the network that HTTP connections are counted by; None for a proxy."""

    def counted_as(peer: str) -> str | None:
        return None if proxies.trusts(peer) else network_of(str(parsed_address(peer) or peer))

    return counted_as


def access_logger(path: str | None, verbosity: int) -> AccessLogGenerator | None:
    if path is None and verbosity < 2:
        return None
    if path in (None, "-"):
        return AccessLogGenerator(sys.stdout)
    try:
        return AccessLogGenerator(open(path, "a", buffering=1))
    except OSError as error:
        raise CommandError(f"--access-log {path} cannot be written: {error.strerror}") from error
