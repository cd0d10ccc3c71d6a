"""The administration at /admin/: look at rooms and messages, and set what a room may decide.

Reading is its main use. What it changes goes through services, so that it reaches every screen.
"""

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy

from chat.admin.login import BoundedLoginForm
from chat.admin.message import MessageAdmin
from chat.admin.moderation import ActAdmin, HeldMessageAdmin, ReportAdmin, RoleAdmin
from chat.admin.room import RoomAdmin
from chat.models import Act, HeldMessage, Message, Report, Role, Room

admin.site.site_header = admin.site.site_title = next(
    iter(settings.SITE.hosts), gettext_lazy("Chat")
)
admin.site.login_form = BoundedLoginForm
admin.site.register(Room, RoomAdmin)
admin.site.register(Message, MessageAdmin)
admin.site.register(Act, ActAdmin)
admin.site.register(Role, RoleAdmin)
admin.site.register(HeldMessage, HeldMessageAdmin)
admin.site.register(Report, ReportAdmin)
