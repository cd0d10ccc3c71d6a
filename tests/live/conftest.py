"""Two people, and rooms that show changes quickly."""

from __future__ import annotations

import pytest

from tests.people_shown import cookie


@pytest.fixture
def alice():
    return cookie("Alice")


@pytest.fixture
def bob():
    return cookie("Bob")


@pytest.fixture
def quick_lists(monkeypatch):
    """Lists of people, and of people typing, follow each other more closely than in a server."""
    monkeypatch.setattr("chat.live.presence.COALESCE", 0.05)


@pytest.fixture
def quick_batches(monkeypatch):
    """Reactions to a message wait for others a moment only."""
    monkeypatch.setattr("chat.live.reaction_batches.GATHERING", 0.02)


@pytest.fixture
def no_rates(settings, monkeypatch):
    """People may do as much as they like."""
    settings.MESSAGE_RATE = settings.COMMAND_RATE = 0
    monkeypatch.setattr("chat.access.rate_limits.REACTIONS", (0, 1))
