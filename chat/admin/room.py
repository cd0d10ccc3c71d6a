"""Rooms: their titles, and how long they keep messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, gettext_lazy, ngettext

from chat.access.guests import guest_from
from chat.models import Room
from chat.protocol.errors import BadTitle, ChatError
from chat.rooms.titles import normalised_title
from chat.services.moderation.keys import make_owner
from chat.services.rooms import change_room

HELP = {
    "title": gettext_lazy("New visitors see it within seconds, open pages after a reload."),
    "retention_days": gettext_lazy("Empty: the server's default (RETENTION_DAYS). 0: forever."),
}


if TYPE_CHECKING:
    Base = admin.ModelAdmin[Room]
    BaseForm = ModelForm[Room]
else:
    Base = admin.ModelAdmin
    BaseForm = ModelForm


class RoomForm(BaseForm):
    def clean_title(self) -> str:
        """Empty, or a title that any visitor could choose."""
        title = self.cleaned_data["title"]
        try:
            return normalised_title(title) if title else ""
        except BadTitle as error:
            raise ValidationError(str(error.detail)) from None


class RoomAdmin(Base):
    form = RoomForm
    change_form_template = "admin/room_form.html"
    list_display = ("slug", "name", "latest", "kept", "created_at")
    list_per_page = 50
    search_fields = ("slug", "title")
    ordering = ("slug",)
    show_full_result_count = False
    fields = ("slug", "title", "retention_days", "kept", "latest", "created_at")
    readonly_fields = ("slug", "kept", "latest", "created_at")

    @admin.display(description=gettext_lazy("Name"), ordering="title")
    def name(self, room: Room) -> str:
        return room.shown_title

    @admin.display(description=gettext_lazy("Number of the latest change"), ordering="head")
    def latest(self, room: Room) -> int:
        return room.head

    @admin.display(description=gettext_lazy("Messages are kept"))
    def kept(self, room: Room) -> str:
        if room.kept_days == 0:
            return gettext("forever")
        return ngettext("{days} day", "{days} days", room.kept_days).format(days=room.kept_days)

    def get_form(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        return super().get_form(request, *args, **{**options, "help_texts": HELP})

    def save_model(self, request: HttpRequest, room: Room, form: RoomForm, change: bool) -> None:
        change_room(slug=room.slug, title=room.title, retention_days=room.retention_days)

    def response_change(self, request: HttpRequest, obj: Room) -> HttpResponse:
        if "_become_owner" in request.POST:
            self._become_owner(request, obj)
            return HttpResponseRedirect(request.path)
        return super().response_change(request, obj)

    def _become_owner(self, request: HttpRequest, room: Room) -> None:
        """Make the guest an owner whom this browser's cookie identifies."""
        guest = guest_from(request.COOKIES)
        if guest is None:
            text = gettext("This browser has no guest yet: open the chat in it first.")
            self.message_user(request, text, messages.WARNING)
            return
        try:
            make_owner(room.slug, guest.person)
        except ChatError as refusal:
            self.message_user(request, str(refusal.detail), messages.WARNING)
            return
        text = gettext("{name} is an owner of this room now.").format(name=guest.name)
        self.message_user(request, text)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
