"""`manage.py serve` with parts of the chat replaced, for ablations and counting; never in use.

BENCH_PATCHES names the patches, separated by commas. `python -m bench.patched serve ...`
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import django
from django.core.management import execute_from_command_line

if TYPE_CHECKING:
    from chat.services.writes import Post


def log_queries() -> None:
    """Write a line per SQL statement, with its time, to the file BENCH_QUERIES."""
    from django.db.backends.signals import connection_created

    file = open(os.environ["BENCH_QUERIES"], "a", buffering=1)  # noqa: SIM115 - for life

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        file.write(f"{time.time():.6f} {' '.join(sql.split())[:200]}\n")
        return execute(sql, params, many, context)

    connection_created.connect(
        lambda connection, **_: connection.execute_wrappers.append(note), weak=False
    )


def no_group_commit() -> None:
    """Each post has a transaction of its own."""
    from chat.live import group_commit

    group_commit.MAX_BATCH = 1


def no_batch_wait() -> None:
    """After a batch of several, the next one is written without a wait for more posts."""
    from chat.live import group_commit

    group_commit.MAX_BATCH_WAIT = 0


def no_flush() -> None:
    """SQLite does not wait for the disk: a power cut may lose what was acknowledged."""
    from django.conf import settings

    command = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    settings.DATABASES["default"]["OPTIONS"]["init_command"] = command


def no_storage() -> None:
    """Nothing is stored: a message is numbered in memory and announced."""
    from itertools import count

    from django.utils import timezone

    from chat.channel import announcements
    from chat.live import group_commit
    from chat.models import Room
    from chat.protocol.frames import Message, timestamp

    seqs = count(1)
    room: list[Room] = []

    def write_log(posts: Sequence[Post]) -> list[int]:
        if not room:
            room.append(Room.objects.at(posts[0].slug))
        now = timestamp(timezone.now())
        messages = []
        for post, seq in zip(posts, seqs, strict=False):
            author = post.author_id, post.author_name
            messages.append(Message(seq, seq, post.client_message_id, *author, post.body, now))
        changes = announcements.encoded(messages)
        first, last = messages[0].seq, messages[-1].seq
        announcement = announcements.Announcement(
            room[0].epoch, first - 1, last, changes, received_at=posts[0].received_at
        )
        announcements.publish(posts[0].slug, announcement)
        return [message.seq for message in messages]

    vars(group_commit)["write_log"] = write_log
    no_heads()


def no_heads() -> None:
    """Nobody compares the hubs with the log, which in `no_storage` stays empty."""
    from chat.live.hub_registry import HubRegistry

    async def poll(self: HubRegistry) -> None:
        return

    HubRegistry._poll = poll  # type: ignore[method-assign]


def no_shared_hub() -> None:
    """Each connection has a hub and a membership in the group of its own, as in the tutorial."""
    from chat.live.hub import RoomHub
    from chat.live.hub_registry import HubRegistry

    async def enter(self: HubRegistry, slug: str) -> RoomHub:
        hub = RoomHub(slug)
        hub.users += 1
        await hub.opened()
        return hub

    HubRegistry.enter = enter  # type: ignore[method-assign]


def no_coalescing() -> None:
    """Each change is a frame of its own."""
    from chat.live import log_frames, replay_buffer
    from chat.live.replay_buffer import Frame

    def split_into_frames(after: int, head: int, changes: Any) -> list[Frame]:
        frames = [Frame(change.seq - 1, change.seq, [change]) for change in changes]
        return frames or [Frame(after, head, [])]

    for module in (replay_buffer, log_frames):
        vars(module)["split_into_frames"] = split_into_frames


def no_prepared_frames() -> None:
    """Each connection gets the text by ASGI's `send`, which builds its frame again."""
    from chat import consumers

    consumers.writer_of = lambda scope: None  # type: ignore[attr-defined]


PATCHES: dict[str, Callable[[], None]] = {
    patch.__name__: patch
    for patch in (
        *(log_queries, no_group_commit, no_batch_wait, no_flush, no_storage),
        *(no_shared_hub, no_coalescing, no_prepared_frames),
    )
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
    django.setup()
    for name in filter(None, os.environ.get("BENCH_PATCHES", "").split(",")):
        PATCHES[name]()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
