"""A new room: its people talk a lot, and nobody is a regular yet."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from chat.live.raids import RAID_MESSAGES, RAID_REGULARS
from chat.live.runtime import runtime
from chat.models import Member, Room
from chat.services.moderation.state import REGULAR_AFTER, REGULAR_WRITTEN
from testing.waiting import until
from tests.sockets import enter


@pytest.mark.parametrize(("age", "is_raided"), [(timedelta(0), False), (REGULAR_AFTER, True)])
async def test_people_who_are_not_regulars_yet_do_not_make_a_lively_room_raided(
    settings, age, is_raided
):
    settings.MESSAGE_RATE = 0
    async with AsyncExitStack() as stack:
        here = [await stack.enter_async_context(enter()) for _ in range(RAID_REGULARS + 1)]
        *_, newcomer = here
        for each in here[:RAID_REGULARS]:
            for _ in range(REGULAR_WRITTEN):
                await each.post("Hello")
        await runtime().members.flush()
        await Member.objects.aupdate(since=timezone.now() - age)
        await Room.objects.aupdate(moderation_version=F("moderation_version") + 1)
        hub = runtime().hubs.get("lobby")
        await until(lambda: len(hub.presence.people()) == len(here))
        hub.moderation.on_version((await Room.objects.aget()).moderation_version)
        await hub.moderation.loaded()

        for _ in range(RAID_MESSAGES + 1 - RAID_REGULARS * REGULAR_WRITTEN):
            await newcomer.post("Who else came from the show?")

        await until(lambda: not any("raid" in each.get_name() for each in asyncio.all_tasks()))
        assert bool((await Room.objects.aget()).raid_until) == is_raided
