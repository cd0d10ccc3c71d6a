"""RFC 6455 under `serve`, as the Autobahn test suite examines it."""

from __future__ import annotations

from collections import Counter

from tests.conformance import suite
from tests.conformance.install import is_installed
from tests.conftest import missing
from tests.faults.scenario import either
from tests.server.conftest import toy_server

CASES = {  # of each group
    1: 16,  # framing
    2: 11,  # pings and pongs
    3: 7,  # reserved bits
    4: 10,  # opcodes
    5: 20,  # fragmentation
    6: 145,  # UTF-8
    7: 37,  # closing handshake
    9: 54,  # limits and performance
    10: 1,  # automatic fragmentation
    12: 90,  # compression
    13: 126,  # compression with parameters
}
SLOW = {9, 12, 13}
NOT_OFFERED = {12, 13}
# These send a message and an error in one go; the error may be seen before the message is echoed.
ECHO_MAY_BE_LOST = {"NON-STRICT": ("3.", "4.", "5.15")}


def test_the_server_passes_every_case(tmp_path):
    if not is_installed():
        missing("the Autobahn test suite", "python -m tests.conformance.install")
    groups = CASES.keys() - either(SLOW, set())

    with toy_server(lifted=either(0, 1)) as toy:  # group 9 has long messages, in many fragments
        url = f"ws://127.0.0.1:{toy.port}/echo"
        results = suite.run(url, tmp_path, *(f"{group}.*" for group in sorted(groups)))

    print(suite.summary(results))
    assert Counter(each.group for each in results) == {each: CASES[each] for each in groups}
    failed = [result for result in results if not passed(result)]
    assert not failed, "\n".join(map(str, failed))


def passed(result):
    if result.group in NOT_OFFERED:
        behavior_is_good = result.behavior == "UNIMPLEMENTED"
    else:
        behavior_is_good = result.behavior in suite.PASSED or result.case.startswith(
            ECHO_MAY_BE_LOST.get(result.behavior, ())
        )
    return behavior_is_good and result.close in suite.PASSED
