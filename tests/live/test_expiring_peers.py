"""Reports of other nodes, by a clock that the tests pass in."""

from __future__ import annotations

import pytest

from chat.live import expiring_peers
from chat.live.expiring_peers import ExpiringPeers

TTL = 30  # seconds


@pytest.fixture
def peers():
    return ExpiringPeers(ttl=TTL, heartbeat=10, heartbeat_alone=60)


def test_the_latest_report_of_each_node_is_kept(peers):
    peers.update("one", "old", now=0)
    peers.update("two", "other", now=0)
    peers.update("one", "new", now=1)

    assert peers.reports() == ["new", "other"]


def test_only_a_report_that_differs_is_a_change(peers):
    assert peers.update("one", "here", now=0)
    assert not peers.update("one", "here", now=1)
    assert peers.update("one", "moved", now=2)


def test_a_report_expires_after_its_time_and_a_repeated_one_does_not(peers):
    peers.update("silent", "one", now=0)
    peers.update("alive", "two", now=0)
    peers.update("alive", "two", now=20)

    assert not peers.expire(now=TTL - 1)
    assert peers.expire(now=TTL)
    assert peers.reports() == ["two"]
    assert not peers.expire(now=TTL)


def test_a_node_can_be_forgotten_before_its_report_expires(peers):
    peers.update("one", "here", now=0)

    assert peers.forget("one")
    assert not peers.forget("one")
    assert peers.reports() == []


def test_more_nodes_than_the_limit_are_ignored_and_known_ones_still_updated(peers, monkeypatch):
    monkeypatch.setattr(expiring_peers, "MAX_PEERS", 2)
    peers.update("one", "here", now=0)
    peers.update("two", "here", now=10)

    assert not peers.update("three", "here", now=20)
    assert peers.update("one", "moved", now=20)
    assert peers.reports() == ["moved", "here"]

    peers.expire(now=TTL + 10)
    assert peers.update("three", "here", now=TTL + 10)


def test_every_node_recognises_its_own_events_and_no_other(peers):
    other = ExpiringPeers(ttl=TTL, heartbeat=10)

    assert peers.is_own({"node": peers.node})
    assert not peers.is_own({"node": other.node})


def test_the_first_report_is_due_immediately(peers):
    assert peers.heartbeat_at <= 0


def test_a_report_is_due_again_after_a_heartbeat_which_is_longer_while_alone(peers):
    peers.sent(now=100)
    assert 148 <= peers.heartbeat_at <= 160

    peers.update("one", "here", now=101)
    assert 108 <= peers.heartbeat_at <= 110


def test_nodes_that_were_started_together_do_not_report_together():
    nodes = [ExpiringPeers(ttl=TTL, heartbeat=10) for _ in range(10)]
    for node in nodes:
        node.sent(now=0)

    assert len({node.heartbeat_at for node in nodes}) > 1
