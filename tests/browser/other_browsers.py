"""Firefox and WebKit. Playwright drives only its own builds, so each is driven by its own protocol.

Both are a `Tab`: what a person does there, and what they see.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from testing.processes import free_port
from testing.waiting import wait_until
from tests.conftest import missing

ENTER = "\ue007"
MINI_BROWSER = sorted(Path("/usr/lib").glob("*/webkit2gtk-4*/MiniBrowser"))
NOTE_ERRORS = """
window.wrong = [];
addEventListener("error", ({ message }) => wrong.push(message));
addEventListener("unhandledrejection", ({ reason }) => wrong.push(String(reason)));
"""


class Tab:
    """Subclasses define `opens`, `asks`, `presses` and `picture`."""

    def does(self, script):
        return self.asks(f"(() => {{ {script} }})()")

    def until(self, truth):
        wait_until(
            lambda: self.asks(f"Boolean({truth})"),
            instead=lambda: f"{truth}: {self.asks('document.body.innerText')}",
        )

    def connects(self):
        self.until("document.querySelector('[data-chat]')?.dataset.connection === 'connected'")
        self.until("!document.querySelector('[data-rendered]')")

    def enters(self, address):
        self.opens(address)
        self.does(NOTE_ERRORS)
        self.connects()

    def sends(self, text):
        self.does("document.querySelector('[data-composer-field]').focus()")
        self.presses(text + ENTER)

    def sees(self, text):
        self.until(f"{BODIES}.includes({json.dumps(text)})")

    def bodies(self):
        return self.asks(BODIES)


BODIES = "[...document.querySelectorAll('.message [data-part=body]')].map((e) => e.textContent)"


class Firefox(Tab):
    """Driven by WebDriver BiDi."""

    def __init__(self, socket, size):
        self.socket = socket
        self.ids = itertools.count()
        self.call("session.new", capabilities={})
        self.context = self.call("browsingContext.create", type="tab")["context"]
        width, height = size
        viewport = {"width": width, "height": height}
        self.call("browsingContext.setViewport", context=self.context, viewport=viewport)

    def call(self, method, **params):
        number = next(self.ids)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv(timeout=60))).get("id") != number:
            pass
        assert answer["type"] == "success", answer
        return answer["result"]

    def opens(self, address):
        self.call("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def asks(self, expression):
        answer = self.call(
            "script.evaluate",
            expression=f"JSON.stringify({expression} ?? null)",
            target={"context": self.context},
            awaitPromise=True,
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def presses(self, text):
        strokes = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        keys = {"type": "key", "id": "keyboard", "actions": strokes}
        self.call("input.performActions", context=self.context, actions=[keys])

    def picture(self):
        return self.call("browsingContext.captureScreenshot", context=self.context)["data"]


class WebKit(Tab):
    """Driven by WebDriver."""

    def __init__(self, address, size):
        self.address = address
        options = {"binary": str(MINI_BROWSER[-1]), "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        self.address += f"/session/{self.call('', capabilities=wanted, to='/session')['sessionId']}"
        width, height = size
        self.call("/window/rect", width=width, height=height)

    def call(self, path, *, to="", **params):
        body = json.dumps(params).encode() if params else None
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.address + to + path, data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from None

    def opens(self, address):
        self.call("/url", url=address)

    def asks(self, expression):
        return self.call("/execute/sync", script=f"return {expression}", args=[])

    def presses(self, text):
        strokes = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        self.call("/actions", actions=[{"type": "key", "id": "keyboard", "actions": strokes}])

    def picture(self):
        return self.call("/screenshot")


def keep_picture(tab, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(tab.picture()))


@contextmanager
def firefox(folder, size):
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    program or missing("Firefox", "apt-get install firefox-esr")
    folder.mkdir()
    port = free_port()
    command = [program, "--headless", "--no-remote", "--profile", folder]
    with started([*command, "--remote-debugging-port", str(port)], folder), ExitStack() as stack:

        def meet():
            return stack.enter_context(connect(f"ws://127.0.0.1:{port}/session", proxy=None))

        yield Firefox(retried(meet), size)


@contextmanager
def webkit(folder, size):
    if not MINI_BROWSER or not shutil.which("WebKitWebDriver") or not shutil.which("Xvfb"):
        missing("WebKit", "apt-get install webkit2gtk-driver xvfb")
    folder.mkdir()
    port, screen = free_port(), f":{free_port() % 10_000}"
    environment = {"DISPLAY": screen, "HOME": str(folder), "LIBGL_ALWAYS_SOFTWARE": "1"}
    # As root it does not run in its sandbox.
    environment["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"
    screen_command = ["Xvfb", screen, "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    with (
        started(screen_command, folder),
        started(["WebKitWebDriver", f"--port={port}"], folder, **environment),
    ):
        yield retried(lambda: WebKit(f"http://127.0.0.1:{port}", size))


@contextmanager
def started(command, folder, **environment):
    with (folder / "output.log").open("a") as output:
        process = subprocess.Popen(
            command,
            env=os.environ | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield
    finally:
        os.killpg(process.pid, 9)
        process.wait()


def retried(make):
    def made():
        with suppress(AssertionError, OSError, WebSocketException):
            return make()

    return wait_until(made, instead=lambda: "the browser did not start")
