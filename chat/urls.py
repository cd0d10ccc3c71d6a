"""The chat's pages."""

from django.urls import path

from chat.views import health, name, places, room, say

urlpatterns = [
    path("", room.lobby, name="lobby"),
    path("r/<str:slug>/", room.room, name="room"),
    path("r/<str:slug>/at/", places.at, name="at"),
    path("r/<str:slug>/missed/", places.missed, name="missed"),
    path("r/<str:slug>/say/", say.say, name="say"),
    path("name/", name.set_name, name="name"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
