"""The URLs of the chat."""

from django.urls import path

from chat.views import (
    emoji_picker,
    health,
    history_lookup,
    message_forms,
    name,
    post_form,
    pwa,
    qr,
    room_page,
    rooms,
)

urlpatterns = [
    path("", room_page.lobby, name="lobby"),
    path("r/<str:slug>/", room_page.room, name="room"),
    path("r/<str:slug>/at/", history_lookup.by_date, name="by_date"),
    path("r/<str:slug>/missed/", history_lookup.unread_count, name="unread_count"),
    path("r/<str:slug>/reactions/", history_lookup.reactions, name="reactions"),
    path("r/<str:slug>/say/", post_form.post, name="post_form"),
    path("r/<str:slug>/<int:seq>/", message_forms.message, name="message"),
    path("r/<str:slug>/<int:seq>/edit/", message_forms.edit, name="edit_message"),
    path("r/<str:slug>/<int:seq>/delete/", message_forms.delete, name="delete_message"),
    path("r/<str:slug>/<int:seq>/react/", message_forms.react, name="react_to_message"),
    path("r/<str:slug>/qr.svg", qr.qr, name="qr"),
    path("rooms/", rooms.rooms, name="rooms"),
    path("rooms.json", rooms.list_rooms, name="list_rooms"),
    path("name/", name.set_name, name="name"),
    path("emoji/<str:language>.json", emoji_picker.emoji, name="emoji"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("sw.js", pwa.worker, name="worker"),
    path("offline/", pwa.offline, name="offline"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]
