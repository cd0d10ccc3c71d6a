"""What the toy counts, and what its paths tell each other."""

from __future__ import annotations

import asyncio
from collections import Counter

stats = Counter()
room = {}  # the extension and the `send` of everyone in it
listening = asyncio.Event()
told_to_end = asyncio.Event()
