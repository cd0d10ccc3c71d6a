"""What this process counts, for Prometheus. docs/operations.md says what each metric means.

Busy code counts once per batch or per pass, never per delivery. What is known anyway, such as the
length of a queue, is read when Prometheus asks.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping, Sized

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

# `speaks` is the former name of the label `protocol`, kept for one release.
CONNECTIONS = Gauge(
    "chat_connections", "WebSockets in a room, by protocol: json or plain", ["protocol", "speaks"]
)
ROOMS = Gauge("chat_rooms", "Rooms with people in them")
DELIVERIES = Counter("chat_deliveries", "Changes sent, counted once for each reader")
DELIVERY = Histogram(
    "chat_delivery_seconds",
    "From a post's arrival until it was written to all its readers in this process",
    buckets=SECONDS,
)

POST_QUEUE = Gauge("chat_post_queue_size", "Posts and changes waiting to be written")
BATCH = Histogram(
    "chat_batch_posts", "Posts and changes per transaction", buckets=[2**n for n in range(9)]
)
COMMIT = Histogram("chat_commit_seconds", "Writing a batch and its commit", buckets=SECONDS)

GAPS = Counter("chat_gaps", "Announcements that left a gap in the log")
REPAIRS = Counter("chat_repairs", "Reads of the log that closed a gap")
MISSED = Counter(
    "chat_missed_announcements",
    "Polls of the database that found changes whose announcement had not arrived",
)
LAYER_FAILURES = Counter(
    "chat_channel_layer_failures", "Events that the channel layer did not accept"
)
RESETS = Counter("chat_resets", "Resumes that failed: a cursor of another log, or too old")

REFUSALS = Counter("chat_refusals", "Refused commands, by error code", ["code"])
CLOSES = Counter("chat_closes", "Closed sockets, by close code", ["code"])


def connections(protocol: str) -> Gauge:
    """The gauge of the open connections that use `protocol`."""
    return CONNECTIONS.labels(protocol=protocol, speaks=protocol)


def show_size(gauge: Gauge, queue: Sized) -> None:
    """Make `gauge` show the length of `queue` for as long as it exists."""
    reference = weakref.ref(queue)
    gauge.set_function(lambda: len(reference() or ()))


class FormerNames(Collector):
    """Metrics under the names that they had before, so that old dashboards go on working."""

    def __init__(self, metrics: Mapping[str, MetricWrapperBase]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        for former, metric in self._metrics.items():
            for family in metric.collect():
                family.documentation = f"deprecated, use {family.name}"
                family.samples = [
                    sample._replace(name=former + sample.name.removeprefix(family.name))
                    for sample in family.samples
                ]
                family.name = former
                yield family


# For one release.
REGISTRY.register(
    FormerNames(
        {
            "chat_echo_seconds": DELIVERY,
            "chat_journal_queue_posts": POST_QUEUE,
            "chat_layer_failures": LAYER_FAILURES,
            "chat_poll_finds": MISSED,
        }
    )
)
