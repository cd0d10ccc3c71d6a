"""`python -m tests.server.toy ENDPOINT ... [--drain SECONDS] [--lifespan KIND]` serves the toy."""

from __future__ import annotations

import argparse
import logging
import sys
from functools import partial

from chatsite.server import outbox, serve
from tests.server.toy.app import application
from tests.server.toy.lifespans import LIFESPANS

parser = argparse.ArgumentParser()
parser.add_argument("endpoints", nargs="+")
parser.add_argument("--drain", type=float, default=10)
parser.add_argument("--lifespan", default="plain", choices=LIFESPANS)
parser.add_argument("--stall", type=float, default=outbox.STALL_TIMEOUT)
given = parser.parse_args()
outbox.STALL_TIMEOUT = given.stall
logging.basicConfig(level=logging.INFO, stream=sys.stdout)
toy = partial(application, lifespan=given.lifespan)
sys.exit(serve(toy, given.endpoints, drain_seconds=given.drain, server_name="toy"))
