"""A conversation, and the head of its log."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext

from chat.protocol import frames

LOBBY = "lobby"
UNNAMED_LOBBY = "Lobby"  # what `shown_title` returns for it


def new_epoch() -> str:
    """A random token, unique to a log."""
    return secrets.token_urlsafe(9)


class LogState(NamedTuple):
    """The range of seqs that a room's log has, its title, and the version of its moderation."""

    epoch: str
    head: int
    pruned_upto: int
    shown_title: str
    moderation_version: int


def shown_title(title: str, slug: str) -> str:
    """The title of a room, or one made of its slug."""
    return title or slug.replace("-", " ").strip().capitalize() or slug


def title_for_reader(title: str, slug: str) -> str:
    """A shown title in the active language: only the lobby's default title is translated."""
    return gettext("Lobby") if (slug, title) == (LOBBY, UNNAMED_LOBBY) else title


class RoomQuerySet(models.QuerySet["Room"]):
    def lobby(self) -> Room:
        """The one room that always exists; created when a new database is first used."""
        return self.get_or_create(slug=LOBBY, defaults={"epoch": new_epoch()})[0]

    def at(self, slug: str) -> Room:
        """The room at `slug`, which may not be stored yet.

        Its epoch is known before it is stored, so that its first visitors keep a valid cursor: it
        is derived from the lobby's, which is random in each database.
        """
        room = self.filter(slug=slug).first()
        if room:
            return room
        lobby = self.lobby()
        if slug == LOBBY:
            return lobby
        root = f"{lobby.epoch}/{slug}".encode()
        return Room(slug=slug, epoch=hashlib.blake2b(root, digest_size=9).hexdigest())

    def is_stored(self, slug: str) -> bool:
        """Whether there is such a room, with or without messages."""
        return slug == LOBBY or self.filter(slug=slug).exists()

    def log_states(self, slugs: Collection[str]) -> dict[str, LogState]:
        """The state of each room's log; rooms that are not stored are left out."""
        # Tuples, not models: a third of the time, and every process runs this each second.
        rows = self.filter(slug__in=slugs).values_list(
            "slug", "title", "epoch", "head", "pruned_upto", "moderation_version"
        )
        return {
            slug: LogState(epoch, head, pruned_upto, shown_title(title, slug), version)
            for slug, title, epoch, head, pruned_upto, version in rows
        }


class Room(models.Model):
    slug = models.CharField(max_length=frames.MAX_SLUG, unique=True)
    title = models.CharField(max_length=frames.MAX_TITLE, blank=True)
    head = models.BigIntegerField(default=0)  # the highest seq of the log
    epoch = models.CharField(max_length=32)
    created_at = models.DateTimeField(auto_now_add=True)
    # Empty means RETENTION_DAYS, 0 forever.
    retention_days = models.PositiveIntegerField(null=True, blank=True)
    # The highest seq of a pruned message.
    pruned_upto = models.BigIntegerField(default=0, db_default=0)
    # Moderation. The version grows with every change of what processes keep in memory of it.
    moderation_version = models.BigIntegerField(default=0, db_default=0)
    rules = models.TextField(blank=True, default="", db_default="")  # as on the wire, or empty
    key_hash = models.CharField(max_length=64, blank=True, default="", db_default="")  # owner link
    raid_until = models.DateTimeField(null=True, blank=True)

    objects = RoomQuerySet.as_manager()

    def __str__(self) -> str:
        return self.shown_title

    def get_absolute_url(self) -> str:
        return reverse("lobby") if self.slug == LOBBY else reverse("room", args=[self.slug])

    @property
    def kept_days(self) -> int:
        """For how many days a message stays; 0 means forever. Neither number can be negative."""
        return settings.RETENTION_DAYS if self.retention_days is None else self.retention_days

    def kept_since(self, now: datetime) -> datetime | None:
        """Messages posted before this moment may go; None means that none may."""
        if not self.kept_days:
            return None
        try:
            return now - timedelta(days=self.kept_days)
        except OverflowError:  # before the year 1
            return None

    @property
    def shown_title(self) -> str:
        """The title, or one made of the slug."""
        return shown_title(self.title, self.slug)
