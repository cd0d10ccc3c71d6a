"""The production server: Daphne with what a chat needs and Daphne lacks.

It adds lifespan events and a graceful shutdown, backpressure in both directions, every legal close
code with its reason, and frames that are encoded once for many sockets. It depends on ASGI and not
on the chat; under plain `daphne` an application works without these.
"""

from chatsite.server.launcher import check_endpoint, serve

__all__ = ["check_endpoint", "serve"]
