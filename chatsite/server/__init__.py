"""The production launcher: Daphne's server with what a chat needs and Daphne lacks.

Lifespan events and an orderly end, back-pressure both ways, every legal close code with its
reason, and a frame made once for many sockets. It knows ASGI and nothing about chat; without it,
under plain `daphne`, an application runs as before and merely lacks these.
"""

from chatsite.server.launcher import check_endpoint, serve

__all__ = ["check_endpoint", "serve"]
