"""Where sockets go. An address that is no room gets a close code that says so."""

import re

from django.conf import settings
from django.urls import re_path

from chat.consumers import ChatConsumer

# As for pages, a proxy may strip the PATH_PREFIX or leave it.
PREFIX = f"(?:{re.escape((settings.FORCE_SCRIPT_NAME or '').strip('/'))}/)?"

websocket_urlpatterns = [
    re_path(rf"^{PREFIX}ws/?$", ChatConsumer.as_asgi()),
    re_path(rf"^{PREFIX}ws/(?P<slug>[^/]+)/?$", ChatConsumer.as_asgi()),
    re_path(r"", ChatConsumer.as_asgi(), {"slug": "?"}),
]
