"""What this process counts, for Prometheus. docs/operations.md says what each means.

The busy path counts once per batch or pass, never per delivery; what a number already tells is
read when somebody asks for it.
"""

from __future__ import annotations

import weakref
from collections.abc import Sized

from prometheus_client import Counter, Gauge, Histogram

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

CONNECTIONS = Gauge("chat_connections", "Sockets in a room", ["speaks"])
ROOMS = Gauge("chat_rooms", "Rooms with somebody in them")
DELIVERIES = Counter("chat_deliveries", "Changes times the readers they were released to")
ECHO = Histogram("chat_echo_seconds", "From a post's arrival to its readers here", buckets=SECONDS)

QUEUE = Gauge("chat_journal_queue_posts", "Posts that wait to be written")
BATCH = Histogram("chat_batch_posts", "Posts in a transaction", buckets=[2**n for n in range(9)])
COMMIT = Histogram("chat_commit_seconds", "Writing a batch, its commit included", buckets=SECONDS)

GAPS = Counter("chat_gaps", "Announcements that did not follow on")
REPAIRS = Counter("chat_repairs", "Ranges that were read from the log to close a gap")
POLL_FINDS = Counter("chat_poll_finds", "Looks at the heads that found what nobody announced")
LAYER_FAILURES = Counter("chat_layer_failures", "Events that the channel layer did not take")
RESETS = Counter("chat_resets", "Cursors that did not belong to the log, or lay too far back")

REFUSALS = Counter("chat_refusals", "Commands refused", ["code"])
CLOSES = Counter("chat_closes", "Sockets that ended", ["code"])


def show_size(gauge: Gauge, queue: Sized) -> None:
    """Let `gauge` be the length of `queue` for as long as that exists."""
    reference = weakref.ref(queue)
    gauge.set_function(lambda: len(reference() or ()))
