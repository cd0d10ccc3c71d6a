"""What moderators did, which staff can undo, and what waits. All else is done on the chat page."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, ngettext

from chat.admin.read_only import ReadOnlyAdmin, link_to
from chat.models import Act, HeldMessage, Report, Role
from chat.protocol.errors import ChatError
from chat.protocol.frames import MAX_NAME
from chat.services.moderation.actors import Actor
from chat.services.moderation.acts import undo

EXCERPT = 80  # characters


class OfRoomAdmin(ReadOnlyAdmin):
    """Rows that belong to a room."""

    list_select_related = ("room",)

    @admin.display(description=gettext_lazy("Room"), ordering="room__slug")
    def room_title(self, row: Act | Role | HeldMessage) -> str:
        return row.room.shown_title


class ActAdmin(OfRoomAdmin):
    list_display = ("room_title", "kind", "whom", "by", "done", "ends", "undone", "link")
    list_filter = ("kind",)
    search_fields = ("=room__slug", "=target_name", "=by_name")
    search_help_text = gettext_lazy("Room or name")
    exclude = ("network",)
    actions = ("undo",)

    @admin.display(description=gettext_lazy("By"), ordering="by_name")
    def by(self, act: Act) -> str:
        return act.by_name or gettext("the server")

    @admin.display(description=gettext_lazy("Person"), ordering="target_name")
    def whom(self, act: Act) -> str:
        return act.target_name

    @admin.display(description=gettext_lazy("Time (UTC)"), ordering="at")
    def done(self, act: Act) -> str:
        return f"{act.at:%Y-%m-%d %H:%M}"

    @admin.display(description=gettext_lazy("Until (UTC)"), ordering="until")
    def ends(self, act: Act) -> str:
        return f"{act.until:%Y-%m-%d %H:%M}" if act.until else ""

    @admin.display(description=gettext_lazy("Undone by"), ordering="undone_at")
    def undone(self, act: Act) -> str:
        return act.undone_by_name

    @admin.display(description=gettext_lazy("Conversation"))
    def link(self, act: Act) -> SafeString | str:
        return link_to(act.room, act.seq)

    @admin.action(description=gettext_lazy("Undo"), permissions=["undo"])
    def undo(self, request: HttpRequest, acts: QuerySet[Act]) -> None:
        """Undo each that can be, the newest first, and say why others were not."""
        staff = Actor("", request.user.get_username()[:MAX_NAME], is_staff=True)
        done = 0
        for act in acts.select_related("room").order_by("-pk"):
            try:
                undo(act.room.slug, staff, act.key)
                done += 1
            except ChatError as refusal:
                self.message_user(request, f"{act}: {refusal.detail}", messages.WARNING)
        if done:
            text = ngettext("{count} act was undone.", "{count} acts were undone.", done)
            self.message_user(request, text.format(count=done))

    def has_undo_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chat.change_act")


class RoleAdmin(OfRoomAdmin):
    list_display = ("room_title", "name", "role", "given_at")
    search_fields = ("=room__slug", "=name")


class HeldMessageAdmin(OfRoomAdmin):
    list_display = ("room_title", "author_name", "excerpt", "held_at", "declined_at")
    search_fields = ("=room__slug", "=author_name", "body")

    @admin.display(description=gettext_lazy("Message"))
    def excerpt(self, held: HeldMessage) -> str:
        return held.body[:EXCERPT]


class ReportAdmin(ReadOnlyAdmin):
    list_display = ("room_title", "author_name", "reason", "at", "settled_at", "link")
    list_select_related = ("message__room",)
    search_fields = ("=message__room__slug", "=author_name", "reason")

    @admin.display(description=gettext_lazy("Room"), ordering="message__room__slug")
    def room_title(self, report: Report) -> str:
        return report.message.room.shown_title

    @admin.display(description=gettext_lazy("Conversation"))
    def link(self, report: Report) -> SafeString | str:
        return link_to(report.message.room, report.message.seq)
