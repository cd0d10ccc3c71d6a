"""Rows and QuerySets: what concerns one row is a model method, a query is a QuerySet method."""

from chat.models.message import Message
from chat.models.moderation import Act, HeldMessage, Member, Pin, RemovedText, Report, Role
from chat.models.reaction import Reaction
from chat.models.room import LOBBY, Room, title_for_reader

__all__ = [
    "LOBBY",
    "Act",
    "HeldMessage",
    "Member",
    "Message",
    "Pin",
    "Reaction",
    "RemovedText",
    "Report",
    "Role",
    "Room",
    "title_for_reader",
]
