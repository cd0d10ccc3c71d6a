"""The chat's pages."""

from django.urls import path

from chat.views import name, room

urlpatterns = [
    path("", room.lobby, name="lobby"),
    path("r/<str:slug>/", room.room, name="room"),
    path("name/", name.set_name, name="name"),
]
