"""Erasing what is kept for a while only: removed texts, declined messages, networks."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from chat.models import Act, HeldMessage, Member, Reaction, RemovedText
from chat.services.moderation.removal import KEPT
from chat.services.moderation.state import NETWORK_SLOWED, REGULAR_WRITTEN

BATCH = 1_000  # newcomers that are forgotten at once: after an upgrade there may be millions
DECLINED_KEPT = timedelta(days=7)  # to answer the author, who may send it again


def erase_outdated(now: datetime) -> int:
    """Erase what is outdated; returns how many rows that concerned.

    A newcomer whom nobody has seen for 30 days is forgotten: they would come back as a newcomer.
    """
    with transaction.atomic():
        removed = RemovedText.objects.filter(removed_at__lt=now - KEPT)
        Reaction.objects.filter(message_id__in=removed.values("message_id")).delete()
        erased = removed.delete()[0]
        declined = HeldMessage.objects.filter(declined_at__lt=now - DECLINED_KEPT)
        erased += declined.delete()[0]
        networks = now - NETWORK_SLOWED
        outdated = Member.objects.filter(seen_at__lt=networks)
        newcomers = outdated.filter(written__lt=REGULAR_WRITTEN).values("pk")[:BATCH]
        erased += Member.objects.filter(pk__in=newcomers).delete()[0]
        erased += outdated.exclude(network="").update(network="")
        bans = Act.objects.filter(kind="ban", at__lt=networks).exclude(network="")
        erased += bans.update(network="")
    return erased
