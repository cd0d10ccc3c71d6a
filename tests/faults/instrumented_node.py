"""`manage.py serve` with counters and sabotage: `python -m tests.faults.instrumented_node -p PORT`.

On SIGUSR1 it writes what it holds to DATA_DIR/counts-PID.json. On SIGUSR2 it is killed after its
next COMMIT, before anybody is answered. SABOTAGE names a repair to switch off (sabotage.py);
CLOCK_IS_WRONG_BY is in seconds. For tests only.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatsite.settings")

import django

django.setup(set_prefix=False)

from channels.layers import get_channel_layer  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from chat.channel import announcements  # noqa: E402
from chat.live import group_commit  # noqa: E402
from chat.live.hub import RoomHub  # noqa: E402
from tests.faults.sabotage import SABOTAGES  # noqa: E402


def counts():
    """What must return to its initial value after everybody has left."""
    loop = asyncio.get_event_loop()
    layer = get_channel_layer()
    gc.collect()
    return {
        "tasks": dict(Counter(task.get_name().split("-")[0] for task in asyncio.all_tasks(loop))),
        "hubs": sum(isinstance(each, RoomHub) for each in gc.get_objects()),
        "groups": len(getattr(layer, "groups", ())),
        "channels": len(getattr(layer, "channels", ())),
        "listeners": len(announcements.subscribed_rooms()),
        "descriptors": len(os.listdir("/proc/self/fd")),
    }


def write_counts(*_):
    path = Path(settings.DATA_DIR) / f"counts-{os.getpid()}.json"
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(counts()))
    unfinished.replace(path)


def lose_replies(*_):
    store = group_commit.write_log

    def store_and_end(posts):
        store(posts)
        os.kill(os.getpid(), signal.SIGKILL)

    group_commit.write_log = store_and_end


def shift_clock(seconds):
    """Set this process's clock forward by `seconds`."""
    now, wall = timezone.now, time.time
    timezone.now = lambda: now() + timedelta(seconds=seconds)
    time.time = lambda: wall() + seconds


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, write_counts)
    signal.signal(signal.SIGUSR2, lose_replies)
    shift_clock(float(os.environ.get("CLOCK_IS_WRONG_BY", 0)))
    if os.environ.get("SABOTAGE"):
        SABOTAGES[os.environ["SABOTAGE"]]()
    call_command("serve", "-b", "127.0.0.1", *sys.argv[1:])
