"""Rooms: what they are called, and how long they keep what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from chat.errors import BadTitle
from chat.models import Room
from chat.services.rooms import change_room
from chat.titles import normalised_title

HELP = {
    "title": gettext_lazy("Whoever enters sees it within seconds, other pages when they reload."),
    "retention_days": gettext_lazy("Empty: as long as everywhere (RETENTION_DAYS). 0: for ever."),
}


if TYPE_CHECKING:
    Base = admin.ModelAdmin[Room]
    BaseForm = ModelForm[Room]
else:
    Base = admin.ModelAdmin
    BaseForm = ModelForm


class RoomForm(BaseForm):
    def clean_title(self) -> str:
        """Empty, or what any visitor could call a room."""
        title = self.cleaned_data["title"]
        try:
            return normalised_title(title) if title else ""
        except BadTitle as error:
            raise ValidationError(str(error.detail)) from None


class RoomAdmin(Base):
    form = RoomForm
    list_display = ("slug", "shown_title", "head", "kept_days", "created_at")
    list_per_page = 50
    search_fields = ("slug", "title")
    ordering = ("slug",)
    show_full_result_count = False
    fields = ("slug", "title", "retention_days", "head", "epoch", "created_at")
    readonly_fields = ("slug", "head", "epoch", "created_at")

    def get_form(self, request: HttpRequest, *args: Any, **options: Any) -> Any:
        return super().get_form(request, *args, **{**options, "help_texts": HELP})

    def save_model(self, request: HttpRequest, room: Room, form: RoomForm, change: bool) -> None:
        change_room(slug=room.slug, title=room.title, retention_days=room.retention_days)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
