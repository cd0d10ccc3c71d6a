"""Messages, read-only: a change that does not pass through the log would reach nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from chat.models import Message

EXCERPT = 80  # characters


if TYPE_CHECKING:
    Base = admin.ModelAdmin[Message]
else:
    Base = admin.ModelAdmin


class MessageAdmin(Base):
    list_display = ("room_title", "author", "excerpt", "changes", "posted", "link")
    list_select_related = ("room",)
    list_per_page = 50
    search_fields = ("=room__slug", "=author_name", "body")
    search_help_text = gettext_lazy("Room, author or text")
    ordering = ("-pk",)
    show_full_result_count = False

    @admin.display(description=gettext_lazy("Room"), ordering="room__slug")
    def room_title(self, message: Message) -> str:
        return message.room.shown_title

    @admin.display(description=gettext_lazy("Author"), ordering="author_name")
    def author(self, message: Message) -> str:
        return message.author_name

    @admin.display(description=gettext_lazy("Message"))
    def excerpt(self, message: Message) -> str:
        return message.body[:EXCERPT]

    @admin.display(description=gettext_lazy("Changes"))
    def changes(self, message: Message) -> str:
        about = []
        if message.reply_to_seq is not None:
            about.append(gettext("Reply to {seq}").format(seq=message.reply_to_seq))
        if message.deleted_at:
            about.append(gettext("Message deleted"))
        elif message.edited_at:
            about.append(gettext("edited"))
        return ", ".join(about)

    @admin.display(description=gettext_lazy("Posted (UTC)"), ordering="posted_at")
    def posted(self, message: Message) -> str:
        return f"{message.posted_at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description=gettext_lazy("Conversation"))
    def link(self, message: Message) -> SafeString:
        url = message.room.get_absolute_url()
        return format_html('<a href="{}#{}">{}</a>', url, message.seq, gettext("Open"))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
