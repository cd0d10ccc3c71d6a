"""A room with an owner and a moderator."""

from __future__ import annotations

import pytest

from tests.moderators import appoint


@pytest.fixture
def lobby():
    """Olivia owns it, and mo moderates it."""
    return appoint()
