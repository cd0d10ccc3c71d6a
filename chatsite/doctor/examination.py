"""Every check, in the order in which a message passes: from the browser to the disk."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from pathlib import Path

from chatsite.doctor import (
    clock,
    configuration,
    database,
    disk,
    fanout,
    layer,
    network,
    page,
    sockets,
)
from chatsite.doctor.finding import Finding, State, note
from chatsite.doctor.site import Site

Check = Callable[[Site], Finding]
ADDRESS = "chat.env: PUBLIC_URL=https://chat.example.org"

# A check that fails skips the rest of its group: they would only fail for the same reason.
WAY_IN: tuple[Check, ...] = (network.name_is_known, network.certificate_is_valid)
PAGE: tuple[Check, ...] = (page.page_opens, page.https_is_known, page.static_files_load)
SOCKETS: tuple[Check, ...] = (
    sockets.upgrade_passes,
    sockets.origin_is_allowed,
    sockets.both_ways,
)
DATABASE = (
    database.database_answers,
    database.version_is_sound,
    database.commits_are_durable,
    database.migrations_are_applied,
)


def examine(site: Site | None, *, backups: Path) -> Iterator[Finding]:
    """Yield each finding when its check is done; without a `site`, only those behind the proxy."""
    if site:
        yield from outside(site)
    else:
        yield note(
            "way in", "Not checked: PUBLIC_URL is not set and no address was given.", ADDRESS
        )
    yield from until_wrong(DATABASE)
    yield layer.layer_carries_events()
    yield disk.disk_has_room()
    yield disk.static_files_are_collected()
    yield disk.backup_is_recent(backups)
    yield clock.clocks_agree(site)
    yield configuration.settings_pass_the_checks()


def outside(site: Site) -> Iterator[Finding]:
    reached = yield from until_wrong(partial(check, site) for check in WAY_IN)
    if not reached:
        return
    yield from until_wrong(partial(check, site) for check in PAGE)
    connected = yield from until_wrong(partial(check, site) for check in SOCKETS)
    if connected:
        yield fanout.processes_share_events(site)
        yield fanout.server_shares_our_layer(site)


def until_wrong(
    checks: Iterable[Callable[[], Finding]],
) -> Generator[Finding, None, bool]:
    """Yield findings up to the first that is WRONG; returns whether there was none."""
    for check in checks:
        finding = check()
        yield finding
        if finding.state is State.WRONG:
            return False
    return True
