"""A Redis with a replica, and a Sentinel that puts the replica in its place when it dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import redis

from testing import processes
from testing.waiting import wait_until

MASTER = "mymaster"
PASSWORD = "secret"
CONFIGURATION = f"""
sentinel monitor {MASTER} 127.0.0.1 {{master}} 1
sentinel auth-pass {MASTER} {PASSWORD}
sentinel down-after-milliseconds {MASTER} 500
sentinel failover-timeout {MASTER} 3000
"""


class GuardedRedis(processes.Redis):
    """Asks for a password; follows `master`, where one is given."""

    def __init__(self, folder: Path, master: GuardedRedis | None = None):
        super().__init__(folder)
        self.command += ["--requirepass", PASSWORD, "--masterauth", PASSWORD]
        if master is not None:
            self.command += ["--replicaof", "127.0.0.1", str(master.port)]

    def client(self) -> redis.Redis:
        return redis.Redis(port=self.port, password=PASSWORD, socket_timeout=5)

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.RedisError:
            return False


class Sentinel(processes.Redis):
    def __init__(self, folder: Path, master: GuardedRedis):
        super().__init__(folder)
        configuration = folder / "sentinel.conf"
        configuration.write_text(CONFIGURATION.format(master=master.port))
        self.command = [self.command[0], str(configuration), "--sentinel", "--port", str(self.port)]
        self.url = f"redis+sentinel://:{PASSWORD}@127.0.0.1:1,127.0.0.1:{self.port}/{MASTER}/0"

    def state(self) -> dict[str, str]:
        """What it knows of the master."""
        with redis.Redis(port=self.port, decode_responses=True) as client:
            return client.sentinel_masters()[MASTER]  # sentinel_master fails in redis-py 6.4


class Guarded:
    """The three of them; `url` names the Sentinel, after one that does not exist."""

    def __init__(self, master: GuardedRedis, replica: GuardedRedis, sentinel: Sentinel):
        self.master, self.replica, self.sentinel = master, replica, sentinel
        self.url = sentinel.url

    def fail_over(self) -> None:
        """Kill the master; return once the replica has its place."""
        self.master.kill()
        wait_until(lambda: self.sentinel.state()["port"] == self.replica.port)
        wait_until(lambda: self.replica.client().role()[0] == b"master")


@contextmanager
def guarded_redis() -> Iterator[Guarded]:
    with ExitStack() as stack:
        master = stack.enter_context(processes.serving(GuardedRedis))
        replica = stack.enter_context(processes.serving(lambda at: GuardedRedis(at, master)))
        sentinel = stack.enter_context(processes.serving(lambda at: Sentinel(at, master)))
        wait_until(lambda: sentinel.state()["num-slaves"] == 1)
        yield Guarded(master, replica, sentinel)
