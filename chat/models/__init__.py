"""Rows and QuerySets: what concerns one row is a model method, a query is a QuerySet method."""

from chat.models.message import Message
from chat.models.room import LOBBY, Room, title_for_reader

__all__ = ["LOBBY", "Message", "Room", "title_for_reader"]
