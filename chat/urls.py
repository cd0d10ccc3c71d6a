"""The chat's pages."""

from django.urls import path

from chat.views import health, name, places, qr, room, rooms, say, shell

urlpatterns = [
    path("", room.lobby, name="lobby"),
    path("r/<str:slug>/", room.room, name="room"),
    path("r/<str:slug>/at/", places.at, name="at"),
    path("r/<str:slug>/missed/", places.missed, name="missed"),
    path("r/<str:slug>/say/", say.say, name="say"),
    path("r/<str:slug>/qr.svg", qr.qr, name="qr"),
    path("rooms/", rooms.rooms, name="rooms"),
    path("rooms.json", rooms.list_rooms, name="list_rooms"),
    path("name/", name.set_name, name="name"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("sw.js", shell.worker, name="worker"),
    path("offline/", shell.offline, name="offline"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
