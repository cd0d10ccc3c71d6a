"""When a room is raided: newcomers write much more than usual while regulars are there. Pure."""

from __future__ import annotations

from collections import OrderedDict, deque

# Of newcomers within RAID_WINDOW; more are a raid. People who read what the others write stay
# below: 80 who all write without a pause reach 52, ten 37. Scripts reach it in seconds.
RAID_MESSAGES = 60
RAID_WINDOW = 60.0  # seconds
RAID_DURATION = 600  # seconds for which the room is protected
RAID_REGULARS = 3  # that are present or have written within REGULAR_WINDOW: a new room has none
REGULAR_WINDOW = 3600.0  # seconds


class RaidWatch:
    """Who wrote in one room, as this process knows it. Times are in seconds, and monotonic."""

    def __init__(self) -> None:
        self._newcomers: deque[float] = deque(maxlen=RAID_MESSAGES + 1)  # when they wrote
        self._regulars: OrderedDict[str, float] = OrderedDict()  # when the last few wrote

    def newcomer_posted(self, now: float) -> bool:
        """Count a newcomer's message; returns whether these are too many. Then it starts anew."""
        self._newcomers.append(now)
        if len(self._newcomers) <= RAID_MESSAGES or self._newcomers[0] < now - RAID_WINDOW:
            return False
        self._newcomers.clear()
        return True

    def regular_posted(self, author_id: str, now: float) -> None:
        """Note that a regular has written."""
        self._regulars.pop(author_id, None)
        self._regulars[author_id] = now
        if len(self._regulars) > RAID_REGULARS:  # more make no difference
            self._regulars.popitem(last=False)

    def recent_regulars(self, now: float) -> set[str]:
        """Those who have written lately, or enough of them."""
        return {each for each, at in self._regulars.items() if at >= now - REGULAR_WINDOW}
