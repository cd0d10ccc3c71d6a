"""`python -m tests.server.toy ENDPOINT ... [--drain SECONDS] [--lifespan KIND]` serves the toy."""

from __future__ import annotations

import argparse
import logging
import math
import resource
import sys
from functools import partial

from chatsite.server import channel, connection, incoming, serve, write_buffer
from tests.server.toy.app import application
from tests.server.toy.lifespans import LIFESPANS

parser = argparse.ArgumentParser()
parser.add_argument("endpoints", nargs="+")
parser.add_argument("--drain", type=float, default=10)
parser.add_argument("--lifespan", default="plain", choices=LIFESPANS)
parser.add_argument("--stall", type=float, default=write_buffer.STALL_TIMEOUT)
parser.add_argument("--request-timeout", type=float, default=channel.REQUEST_TIMEOUT)
parser.add_argument("--idle-timeout", type=float, default=channel.IDLE_TIMEOUT)
parser.add_argument("--linger", type=float, default=channel.LINGER)
parser.add_argument("--per-client", type=int, default=0)
parser.add_argument("--open-files", type=int, nargs=2, metavar=("SOFT", "HARD"))
parser.add_argument("--lifted", type=int, default=0, help="1: messages of any length and shape")
parser.add_argument("--ping", type=float, default=20)
given = parser.parse_args()
write_buffer.STALL_TIMEOUT = given.stall
channel.LINGER = given.linger
channel.REQUEST_TIMEOUT = given.request_timeout
channel.IDLE_TIMEOUT = channel.Channel.abortTimeout = given.idle_timeout
if given.open_files:
    resource.setrlimit(resource.RLIMIT_NOFILE, given.open_files)
logging.basicConfig(level=logging.INFO, stream=sys.stdout)
toy = partial(application, lifespan=given.lifespan)
options = {"drain_seconds": given.drain, "per_client": given.per_client, "server_name": "toy"}
options["ping_interval"] = given.ping
if given.lifted:
    connection.MAX_SENT = incoming.MAX_FRAGMENTS = math.inf
    incoming.OVERHEAD = 1e9, 1e9
    options |= {"websocket_max_message_size": 0, "websocket_max_frame_size": 0}
sys.exit(serve(toy, given.endpoints, **options))
