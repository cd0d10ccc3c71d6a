"""Messages as they were said. They are only read here: the wire knows no deletion yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from chat.models import Message

EXCERPT = 80  # characters


if TYPE_CHECKING:
    Base = admin.ModelAdmin[Message]
else:
    Base = admin.ModelAdmin


class MessageAdmin(Base):
    list_display = ("__str__", "author_name", "excerpt", "posted_at")
    list_select_related = ("room",)
    list_per_page = 50
    search_fields = ("=room__slug", "=author_name", "body")
    search_help_text = "room, author or words"
    ordering = ("-pk",)
    show_full_result_count = False

    @admin.display(description="body")
    def excerpt(self, message: Message) -> str:
        return message.body[:EXCERPT]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
