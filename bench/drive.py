"""Runs the generator against a server, and reads its result."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import msgspec

from bench import cores
from bench.load.spec import Group, Result, Spec
from bench.servers import Target
from testing.processes import ROOT

LONGEST = 120  # seconds that a run may take


class RunFailed(Exception):
    """The generator did not end, or ended with an error."""


class Generator:
    """A running generator: it prints a word when something has happened, and its result last."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert process.stdin is not None
        assert process.stdout is not None
        self._output: IO[str] = process.stdout
        self._input: IO[str] = process.stdin

    def wait_for(self, word: str) -> None:
        """Raises RunFailed when it ends instead."""
        if self._line() != word:
            raise RunFailed(f"printed something else than {word!r}")

    def tell(self, word: str) -> None:
        self._input.write(f"{word}\n")
        self._input.flush()

    def result(self, kind: Any = Result) -> Any:
        return msgspec.json.decode(self._line(), type=kind)

    def _line(self) -> str:
        line = self._output.readline().strip()
        if not line:
            assert self._process.stderr is not None
            raise RunFailed(self._process.stderr.read().strip()[-2000:] or "took too long")
        return line


@contextmanager
def generator(scenario: str, spec: Spec) -> Iterator[Generator]:
    """It is ended afterwards, and after LONGEST in any case."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.generator", scenario, msgspec.json.encode(spec).decode()],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    alarm = threading.Timer(LONGEST, process.kill)
    alarm.start()
    try:
        with process:
            try:
                yield Generator(process)
            finally:
                process.terminate()
    finally:
        alarm.cancel()


def measure(
    target: Target,
    *groups: Group,
    meanwhile: Callable[[], object] = lambda: None,
    **options: object,
) -> Result:
    """One run; `meanwhile` is called when its measured time begins. Raises RunFailed."""
    with generator("measure", spec_for(target, *groups, **options)) as run:
        run.wait_for("counting")
        meanwhile()
        result: Result = run.result()
        return result


def spec_for(target: Target, *groups: Group, **options: object) -> Spec:
    return msgspec.convert(
        {
            "dialect": target.dialect,
            "url": target.url,
            "ports": target.ports,
            "pids": target.pids,
            "cores": cores.LOAD,
            "groups": [msgspec.to_builtins(group) for group in groups],
            **options,
        },
        type=Spec,
    )
