"""Rows and QuerySets: a row's rule is a model method, a question to many a QuerySet method."""

from chat.models.message import Message
from chat.models.room import LOBBY, Room, title_for_reader

__all__ = ["LOBBY", "Message", "Room", "title_for_reader"]
