"""The application that Daphne serves."""

from __future__ import annotations

import os

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402

from chat.routing import websocket_urlpatterns  # noqa: E402
from chatsite.at_exit import end_in_good_order  # noqa: E402
from chatsite.bodies import BoundedBodies  # noqa: E402
from chatsite.error_reports import report_errors  # noqa: E402
from chatsite.lifespan import lifespan  # noqa: E402
from chatsite.metrics_port import open_metrics_port  # noqa: E402
from chatsite.preparation import prepare  # noqa: E402
from chatsite.proxies import BehindProxies, TrustedProxies  # noqa: E402
from chatsite.quiet import Quiet  # noqa: E402

if settings.SENTRY_DSN:
    report_errors(settings.SENTRY_DSN, settings.VERSION)
prepare()
end_in_good_order()
if settings.METRICS_PORT:
    open_metrics_port(settings.METRICS_PORT)

pages = BoundedBodies(get_asgi_application(), settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
application = BehindProxies(
    ProtocolTypeRouter(
        {
            "http": pages,
            "websocket": Quiet(URLRouter(websocket_urlpatterns)),
            "lifespan": lifespan,
        }
    ),
    TrustedProxies(settings.TRUSTED_PROXIES),
)
