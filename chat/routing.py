"""Where sockets go. An address that is no room gets a close code that says so."""

from django.urls import re_path

from chat.consumers import ChatConsumer

websocket_urlpatterns = [
    re_path(r"^ws/?$", ChatConsumer.as_asgi()),
    re_path(r"^ws/(?P<slug>[^/]+)/?$", ChatConsumer.as_asgi()),
    re_path(r"", ChatConsumer.as_asgi(), {"slug": "?"}),
]
