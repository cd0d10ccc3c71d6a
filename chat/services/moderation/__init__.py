"""Moderation of rooms: who decides, what they do, and what waits for them.

Every act is a row of the room's moderation log, written with what it does in one transaction that
holds the room's lock and raises the room's `moderation_version`.
"""
