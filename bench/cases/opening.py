"""What the page weighs, and how soon someone on a slow connection reads and writes."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec import Struct
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from websockets.sync.client import connect

from bench import servers
from bench.plan import Plan
from bench.servers import Target
from testing.processes import find_program, serving
from testing.proxies import BEHIND, Caddy

MESSAGES = 60  # in the room: more than the page of 50 that a newcomer gets
BITS_DOWN = 1_600_000  # a second, as Lighthouse's "slow 4G"
BITS_UP = 750_000
ROUND_TRIP = 150  # ms
TEXT = "Message {} of a conversation: did anybody see where the keys to the bike shed went?"
THROUGH = ", through Caddy"
# Runs in the page before anything else, and looks at each frame that is drawn.
WATCH = """
    const seen = {};
    let tell;
    window.seen = new Promise((resolve) => (tell = resolve));
    const shown = (element) => element?.checkVisibility() && element.clientHeight > 0;
    const any = (selector) => [...document.querySelectorAll(selector)].some(shown);
    const moments = {
        message: () => any(".message"),
        ready: () => any("[data-connection=connected] textarea"),
    };
    const look = () => {
        const missing = Object.keys(moments).filter((name) => !(name in seen));
        for (const name of missing) if (moments[name]()) seen[name] = performance.now();
        if (missing.length > 0) requestAnimationFrame(look);
        else tell(seen);
    };
    requestAnimationFrame(look);
"""


class Opening(Struct):
    visit: str
    requests: int
    kib: float  # received over HTTP as sent, with headers
    socket_kib: float
    message_ms: float  # from the click until the first message is drawn
    ready_ms: float  # until what is written goes out at once


def run(plan: Plan) -> list[Opening]:
    program = find_program("chromium")
    if program is None:
        plan.report("no Chromium here: the page is not measured")
        return []
    rounds = 1 if plan.quick else 5
    found: list[Opening] = []
    with sync_playwright() as playwright:
        # Caddy's certificate is its own, and a service worker wants one that is believed.
        options = ["--ignore-certificate-errors"]
        browser = playwright.chromium.launch(
            executable_path=program, chromium_sandbox=False, args=options
        )
        for way, served in {"": straight, THROUGH: through_caddy}.items():
            if served is through_caddy and find_program("caddy") is None:
                plan.report("no Caddy here: the page is measured without it")
                continue
            with served() as site:
                visits = [two_visits(browser, f"{site}/r/opening/") for _ in range(rounds)]
            found += [median(way, same) for same in zip(*visits, strict=True)]
        browser.close()
    for one in found:
        plan.report(
            f"the page, {one.visit}: {one.requests} requests, {one.kib:.0f} KiB,"
            f" first message after {one.message_ms:.0f} ms, ready after {one.ready_ms:.0f}"
        )
    return found


@contextmanager
def straight() -> Iterator[str]:
    with servers.ours() as target:
        fill(target)
        yield f"http://127.0.0.1:{target.ports[0]}"


@contextmanager
def through_caddy() -> Iterator[str]:
    with (
        servers.ours({**BEHIND}) as target,
        serving(lambda folder: Caddy(folder, target.ports)) as proxy,
    ):
        fill(target)
        yield proxy.url


def fill(target: Target) -> None:
    with connect(f"ws://127.0.0.1:{target.ports[0]}/ws/opening", proxy=None) as socket:
        for number in range(MESSAGES):
            socket.send(TEXT.format(number))
            socket.recv(timeout=10)


def two_visits(browser: Browser, url: str) -> list[Opening]:
    """The first of a new browser, and one later on."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    context.add_init_script(WATCH)
    openings = [visit(context, url, "first visit"), visit(context, url, "next visit")]
    context.close()
    return openings


def visit(context: BrowserContext, url: str, name: str) -> Opening:
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": ROUND_TRIP,
            "downloadThroughput": BITS_DOWN / 8,
            "uploadThroughput": BITS_UP / 8,
        },
    )
    finished: list[float] = []
    frames: list[int] = []

    def finish(event: dict[str, Any]) -> None:
        if event["encodedDataLength"] > 0:  # nothing comes over the wire from the cache
            finished.append(event["encodedDataLength"])

    wire.on("Network.loadingFinished", finish)
    wire.on(
        "Network.webSocketFrameReceived",
        lambda event: frames.append(len(event["response"]["payloadData"].encode())),
    )
    page.goto(url)
    seen = page.evaluate("window.seen")
    page.wait_for_load_state("networkidle")
    # The next visit is one later on: by then the service worker has all files. Behind a certificate
    # that is not trusted there is no other cache.
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.close()
    return Opening(
        *(name, len(finished), sum(finished) / 1024, sum(frames) / 1024),
        *(seen["message"], seen["ready"]),
    )


def median(way: str, openings: Sequence[Opening]) -> Opening:
    def middle(field: str) -> float:
        return statistics.median(getattr(opening, field) for opening in openings)

    return Opening(
        *(openings[0].visit + way, int(middle("requests")), middle("kib"), middle("socket_kib")),
        *(middle("message_ms"), middle("ready_ms")),
    )
