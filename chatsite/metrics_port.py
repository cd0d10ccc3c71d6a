"""Serves the metrics on a port of their own, on loopback only."""

from __future__ import annotations

import logging

from prometheus_client import start_http_server

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"


def open_metrics_port(port: int) -> None:
    """Serve in a thread. If the port cannot be opened, the chat runs without metrics."""
    try:
        start_http_server(port, LOOPBACK)
    except OSError as error:
        logger.error(
            "Cannot listen on METRICS_PORT=%d (%s), so there are no metrics. Give each process a"
            " port of its own.",
            port,
            error.strerror,
        )
