"""Rates and counts. The clock is stubbed: it stands still until a test moves it."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from chat.access import rate_limits
from chat.access.rate_limits import AuthorAndAddressLimit, ConnectionCounter, OpenRooms, Rate, Rates
from chat.live.runtime import runtime
from chat.protocol.errors import TooFast


def passed(rate, tries):
    return sum(rate.wait() == 0.0 for _ in range(tries))


def test_exactly_the_burst_passes_immediately(still_clock):
    assert passed(Rate(1, 10), tries=20) == 10


def test_after_the_burst_requests_pass_at_the_rate(still_clock):
    rate = Rate(2, 10)
    passed(rate, tries=20)

    still_clock.now += 3

    assert passed(rate, tries=20) == 6


@pytest.mark.parametrize("now", [1000.0, 123_456.789])  # the second one rounds unfavourably
def test_waiting_as_long_as_asked_is_enough(still_clock, now):
    still_clock.now = now
    rate = Rate(3, 5)
    passed(rate, tries=5)

    still_clock.now += rate.wait()

    assert rate.wait() == 0.0


def test_a_refused_try_costs_nothing(still_clock):
    rate = Rate(1, 2)
    passed(rate, tries=100)

    still_clock.now += 1

    assert rate.wait() == 0.0


def test_idle_time_saves_up_no_more_than_the_burst(still_clock):
    rate = Rate(1, 10)
    still_clock.now += 3600

    assert passed(rate, tries=20) == 10


def test_a_rate_of_zero_lets_everything_through(still_clock):
    assert passed(Rate(0, 10), tries=1000) == 1000


def test_a_burst_below_one_still_lets_one_through(still_clock):
    assert passed(Rate(1, 0), tries=3) == 1


def test_a_refusal_has_a_time_to_retry(still_clock):
    rate = Rate(0.5, 1)
    rate.take("talking")

    with pytest.raises(TooFast, match="talking") as refusal:
        rate.take("talking")

    assert 2000 <= refusal.value.retry_in_ms <= 2001


def pace(rate, burst):
    return AuthorAndAddressLimit(lambda: (rate, burst), "talking")


def test_authors_do_not_use_up_each_others_rate(still_clock):
    talking = pace(1, 2)
    talking.take("mallory", None)
    talking.take("mallory", None)
    with pytest.raises(TooFast):
        talking.take("mallory", None)

    talking.take("alice", None)


def test_a_new_author_each_time_is_limited_by_the_address(still_clock, settings):
    settings.PEOPLE_PER_ADDRESS = 3
    talking = pace(1, 2)
    for number in range(3 * 2):
        talking.take(f"mallory {number}", "2001:db8::1")

    with pytest.raises(TooFast, match="talking") as refusal:
        talking.take("mallory 7", "2001:db8::2")

    assert 333 <= refusal.value.retry_in_ms <= 335
    talking.take("alice", "2001:db8:0:1::1")
    talking.take("bob", None)


@pytest.mark.parametrize(("rate", "people"), [(0, 3), (1, 0)])
def test_without_either_limit_an_address_has_none(still_clock, settings, rate, people):
    settings.PEOPLE_PER_ADDRESS = people
    talking = pace(rate, 1)
    for number in range(50):
        talking.take(str(number), "192.0.2.1")


async def test_commands_beyond_what_an_address_may_send_wait_in_turn(
    still_clock, settings, monkeypatch
):
    settings.PEOPLE_PER_ADDRESS, settings.COMMAND_RATE = 1, 8
    waited = []

    async def note(seconds):
        waited.append(seconds)

    monkeypatch.setattr("chat.access.rate_limits.asyncio.sleep", note)
    for _ in range(8 + 4):
        await runtime().limits.commands.wait_turn("192.0.2.1")
    await runtime().limits.commands.wait_turn("192.0.2.2")
    await runtime().limits.commands.wait_turn(None)

    assert waited == pytest.approx([0.5, 1.0, 1.5, 2.0])


def test_a_command_that_would_wait_too_long_is_refused_and_not_counted(still_clock, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAX_COMMAND_WAIT", 0.5)
    pace = Rate(2, 8)
    assert [pace.reserve("commands") for _ in range(9)] == [0.0] * 8 + [0.5]

    for _ in range(3):
        with pytest.raises(TooFast, match="commands") as refusal:
            pace.reserve("commands")
        assert 1000 <= refusal.value.retry_in_ms <= 1001
    still_clock.now += 0.5
    assert pace.reserve("commands") == 0.5


async def test_a_classroom_that_writes_at_the_default_rate_is_not_refused(still_clock):
    school, line = "192.0.2.1", "x" * 200
    authors = [f"author {number}" for number in range(40)]

    def write(author):
        runtime().limits.messages.take(author, school)
        runtime().limits.stored_bytes.take(school, rate_limits.ROW_BYTES + len(line))

    for author in authors * 10:
        write(author)
    for _ in range(1800):
        still_clock.now += 1.001  # seconds: the last bit of a float decides nothing
        for author in authors:
            write(author)


async def test_a_classroom_that_opens_the_page_and_reconnects_is_not_refused(still_clock):
    school, tabs = "192.0.2.1", 40 * 3
    for _ in range(tabs):  # one load each, and a second attempt to connect
        runtime().limits.pages.take(school)
        runtime().limits.lookups.take(school)
        runtime().limits.lookups.take(school)
        runtime().limits.handshakes.take(school)
        runtime().limits.handshakes.take(school)
    for _ in range(40 * 5):  # everybody scrolls up by some screens
        runtime().limits.history.take(school)


async def test_an_address_stores_a_days_bytes_and_then_as_much_in_each_day(still_clock, settings):
    settings.DAILY_MEGABYTES_PER_ADDRESS = 1
    stored = runtime().limits.stored_bytes

    def sent(kilobytes):
        for number in range(kilobytes):
            try:
                stored.take("192.0.2.1", 1000)
            except TooFast:
                return number
        return kilobytes

    assert sent(2000) == 1000
    still_clock.now += 12 * 3600
    assert sent(2000) == 500
    stored.take("192.0.2.2", 1000)
    stored.take(None, 1000)


def test_what_an_address_can_store_in_a_day_is_a_small_part_of_a_disk():
    """At the default settings, whatever the messages look like."""
    _, at_once = rate_limits.bytes_a_day()

    assert at_once <= 1_000_000_000


def test_the_longest_idle_keys_are_dropped_first(still_clock, monkeypatch):
    monkeypatch.setattr(rate_limits, "MAX_KEYS", 3)
    rates = Rates(lambda: Rate(1, 1))
    for author in ("alice", "bob", "carol"):
        assert not rates.of(author).wait()
    assert rates.of("alice").wait()

    assert not rates.of("dave").wait()

    assert len(rates) == 3
    assert rates.of("alice").wait()
    assert not rates.of("bob").wait(), "dropped"


def test_an_address_may_have_a_limited_number_of_sockets_open(settings):
    settings.SOCKETS_PER_ADDRESS = 2
    addresses = ConnectionCounter()
    with ExitStack() as sockets:
        within = [sockets.enter_context(addresses.socket("192.0.2.1")) for _ in range(3)]
        elsewhere = sockets.enter_context(addresses.socket("192.0.2.2"))

    assert within == [True, True, False]
    assert elsewhere


@pytest.mark.parametrize(
    ("first", "second", "within"),
    [
        ("2001:db8::1", "2001:db8::ffff:0:0:1", False),
        ("2001:db8::1", "2001:db8:0:1::1", True),
        ("fe80::1%eth0", "fe80::2%eth0", False),
        ("2001:db8::nonsense", "2001:db8::other", True),
    ],
)
def test_ipv6_addresses_count_by_their_64(settings, first, second, within):
    settings.SOCKETS_PER_ADDRESS = 1
    addresses = ConnectionCounter()

    with addresses.socket(first), addresses.socket(second) as came_in:
        assert came_in is within


def test_a_closed_socket_makes_room(settings):
    settings.SOCKETS_PER_ADDRESS = 1
    addresses = ConnectionCounter()
    with addresses.socket("192.0.2.1") as first:
        assert first

    with addresses.socket("192.0.2.1") as second:
        assert second

    assert len(addresses) == 0, "addresses without sockets are dropped"


def test_without_a_limit_or_an_address_nothing_is_counted(settings):
    addresses = ConnectionCounter()
    settings.SOCKETS_PER_ADDRESS = 0
    with addresses.socket("192.0.2.1") as one, addresses.socket("192.0.2.1") as another:
        assert one
        assert another

    settings.SOCKETS_PER_ADDRESS = 1
    with addresses.socket(None) as one, addresses.socket(None) as another:
        assert one
        assert another


def test_an_address_may_have_half_as_many_rooms_open_as_sockets(settings):
    settings.SOCKETS_PER_ADDRESS = 5
    rooms = OpenRooms()
    with ExitStack() as stack:

        def enter(slug, address="192.0.2.1"):
            return stack.enter_context(rooms.entered(address, slug))

        assert [enter(slug) for slug in ("one", "two", "one", "two")] == [True] * 4
        assert not enter("three")
        assert enter("one"), "refused sockets do not count against rooms that are open"
        assert enter("three", "192.0.2.2")
        assert enter("four", None)

    assert len(rooms) == 0, "addresses without rooms are dropped"
    with rooms.entered("192.0.2.1", "three") as within:
        assert within


@pytest.mark.parametrize(("sockets", "within"), [(0, True), (1, False)])
def test_an_address_may_always_have_one_room_open(settings, sockets, within):
    settings.SOCKETS_PER_ADDRESS = sockets
    rooms = OpenRooms()
    with rooms.entered("192.0.2.1", "one") as one, rooms.entered("192.0.2.1", "two") as two:
        assert one
        assert two is within
