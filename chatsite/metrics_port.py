"""The metrics on a port of their own, which only this machine reaches."""

from __future__ import annotations

import logging

from prometheus_client import start_http_server

logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"


def open_metrics_port(port: int) -> None:
    """In a thread of its own. A chat that cannot be measured is still served."""
    try:
        start_http_server(port, LOOPBACK)
    except OSError as error:
        logger.error(
            "METRICS_PORT=%d cannot be listened on (%s), so there are no metrics. Give each process"
            " a port of its own.",
            port,
            error.strerror,
        )
