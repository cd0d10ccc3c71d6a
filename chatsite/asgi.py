"""The ASGI application."""

from __future__ import annotations

import os

import django
from django.conf import settings

from chatsite.start_errors import readable_errors

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
with readable_errors():
    django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

from chat.routing import websocket_urlpatterns
from chatsite.body_limit import PlainBodies
from chatsite.cookies import SafeCookies
from chatsite.daphne_exit import cancel_tasks_at_exit
from chatsite.error_reports import report_errors
from chatsite.lifespan import lifespan
from chatsite.metrics_port import open_metrics_port
from chatsite.proxies import BehindProxies, TrustedProxies
from chatsite.startup import prepare

with readable_errors():
    if settings.SENTRY_DSN:
        report_errors(settings.SENTRY_DSN, settings.VERSION)
    prepare()
cancel_tasks_at_exit()
if settings.METRICS_PORT:
    open_metrics_port(settings.METRICS_PORT)

pages = PlainBodies(get_asgi_application(), settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
router = ProtocolTypeRouter(
    {
        "http": pages,
        "websocket": URLRouter(websocket_urlpatterns),
        "lifespan": lifespan,
    }
)
application = BehindProxies(SafeCookies(router), TrustedProxies(settings.TRUSTED_PROXIES))
