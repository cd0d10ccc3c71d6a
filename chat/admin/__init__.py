"""The administration at /admin/: look at rooms and messages, and set what a room may decide.

Reading is its main use. What it changes goes through services, so that it reaches every screen.
"""

from django.contrib import admin

from chat.admin.login import BoundedLoginForm
from chat.admin.message import MessageAdmin
from chat.admin.room import RoomAdmin
from chat.models import Message, Room

admin.site.login_form = BoundedLoginForm
admin.site.register(Room, RoomAdmin)
admin.site.register(Message, MessageAdmin)
