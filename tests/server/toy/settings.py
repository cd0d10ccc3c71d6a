"""The least that `manage.py serve` needs."""

SECRET_KEY = "toy"
ASGI_APPLICATION = "tests.server.toy.app.application"
DRAIN_SECONDS = 3
SOCKETS_PER_ADDRESS = 0
TRUSTED_PROXIES = []
