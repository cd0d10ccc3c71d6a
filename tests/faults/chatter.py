"""What people do at random: send messages, edit and delete their own, and react to anybody's."""

from __future__ import annotations

import asyncio
import random

WORDS = (
    "lorem",
    "ipsum",
    "dolor",
    "sit amet",
    "consectetur",
    "adipiscing",
    "elit",
    "grüße",
    "世界",
)
EMOJI = "👍", "❤️", "🎉"
CHANGING = 0.35  # of what people do, unless a test says otherwise
WEIGHTS = {"edit": 4, "delete": 2, "react": 4}  # of the changes
OFF = 0.25  # of the reactions that are removed, set before or not


async def talk(person, seed, *, every, changing):
    """Do something at random moments, on average once in `every` seconds, until cancelled."""
    rng = random.Random(seed)
    while True:
        await asyncio.sleep(rng.expovariate(1 / every))
        if rng.random() >= changing or not change(person, rng):
            person.send(words(rng))


def change(person, rng):
    """Change a message. Returns False if there is none; without a cookie one is somebody else
    after the next reconnect, who may not."""
    (kind,) = rng.choices(list(WEIGHTS), WEIGHTS.values())
    choice = person.recent if kind == "react" else person.own
    if person.cookie is None or not choice:
        return False
    message_id = rng.choice(choice)
    if kind == "edit":
        person.edit(message_id, f"{words(rng)} (edit {rng.getrandbits(32)})")
    elif kind == "delete":
        person.delete(message_id)
    else:
        person.react(message_id, rng.choice(EMOJI), on=rng.random() >= OFF)
    return True


def words(rng):
    return " ".join(rng.choices(WORDS, k=rng.randint(1, 20)))
