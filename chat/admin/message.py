"""Messages, read-only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from chat.admin.read_only import ReadOnlyAdmin, link_to
from chat.models import Message

EXCERPT = 80  # characters


class MessageAdmin(ReadOnlyAdmin):
    list_display = ("room_title", "author", "excerpt", "changes", "posted", "link")
    list_select_related = ("room",)
    search_fields = ("=room__slug", "=author_name", "body")
    search_help_text = gettext_lazy("Room, author or text")

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
    def link(self, message: Message) -> SafeString | str:
        return link_to(message.room, message.seq)
