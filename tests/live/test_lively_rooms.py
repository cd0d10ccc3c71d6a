"""What a lively room of newcomers writes is no raid, and what scripts write is one.

Nobody who takes part writes faster than they type and read: 44 words a minute, which lies between
the usual figures for phones and for keyboards, and 240. If all read everything, a room cannot have
more messages a minute than somebody can read, however many write.
"""

from __future__ import annotations

import heapq
import random

import pytest

from chat.live.raids import RAID_MESSAGES, RaidWatch

TYPED, READ = 44, 240  # words a minute
WORDS = 7  # of a message, on average
HOUR = 3600  # seconds
ARRIVAL = 600  # seconds in which all enter


def lively(people, seed):
    """When messages are sent in an hour: all write without a pause, and read everything first."""
    rng = random.Random(f"{seed} {people}")
    written = 0.0  # words
    known = dict.fromkeys(range(people), 0.0)  # of these, that a person has read or written
    times = []
    sending = [(rng.uniform(0, ARRIVAL), person) for person in known]
    heapq.heapify(sending)
    while sending[0][0] < HOUR:
        now, person = sending[0]
        times.append(now)
        unread, words = written - known[person], 1 + rng.expovariate(1 / (WORDS - 1))
        written += words
        known[person] = written
        typing = (1 + rng.expovariate(1 / (WORDS - 1))) / (TYPED * rng.lognormvariate(0, 0.3))
        heapq.heapreplace(sending, (now + 60 * (unread / READ + typing), person))
    return times


def is_raid(times):
    watch = RaidWatch()
    return any(watch.newcomer_posted(at) for at in times)


@pytest.mark.parametrize("people", [3, 5, 10, 20, 40])
def test_newcomers_who_talk_as_fast_as_they_can_are_no_raid(people):
    assert not any(is_raid(lively(people, seed)) for seed in range(20))


def test_a_few_scripts_are_one_within_half_a_minute():
    raiders = [number / 3 for number in range(90)]  # three, each at the usual rate of messages

    assert is_raid(raiders)
    assert not is_raid(raiders[:RAID_MESSAGES])
