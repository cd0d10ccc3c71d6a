"""Three nodes on one PostgreSQL and one Redis, to run behind a proxy."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from functools import partial
from uuid import uuid4

from testing import processes
from testing.proxies import BEHIND
from tests.faults.scenario import SERVE

LOGGED = (*SERVE, "--access-log", "-")
UNLIMITED = {"MESSAGE_RATE": 0, "COMMAND_RATE": 0, "SOCKETS_PER_ADDRESS": 0}


@contextmanager
def three_nodes(postgres, redis, **settings):
    """The processes, with a separate database."""
    shared = {
        "DATABASE_URL": postgres.create_database(f"stack_{uuid4().hex}"),
        "MIGRATE_AT_START": 1,
        "REDIS_URL": redis.url,
        "SECRET_KEY": "one for all processes of a stack, long enough for its checks",
        "DRAIN_SECONDS": 3,
    }
    with ExitStack() as stack:
        make = partial(
            processes.chat_node, command=LOGGED, **UNLIMITED, **BEHIND, **shared, **settings
        )
        yield [stack.enter_context(make()) for _ in range(3)]
