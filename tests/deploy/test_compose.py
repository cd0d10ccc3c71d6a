"""compose.yaml and the Dockerfile with an engine; test_image.py has the tests without one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from testing.processes import ROOT
from tests.deploy import machine
from tests.deploy.engine import Engine
from tests.faults.scenario import LONG

COMPOSE = Path(sys.executable).with_name("podman-compose")
PROCESSES = 3
# As in docs/deployment.md; Docker Compose would need no --scale, and would build by itself.
UP = f"""
cp --recursive {ROOT}/deploy /srv/deploy && cd /srv/deploy
cp compose.env .env
sed -i 's/^CHAT_DOMAIN=.*/CHAT_DOMAIN=localhost/' .env
for name in SECRET_KEY POSTGRES_PASSWORD; do
    sed -i "s/^$name=.*/$name=$(openssl rand -hex 25)/" .env
done
{sys.executable} {COMPOSE} up --detach --scale web={PROCESSES}
"""
READY = """
for second in $(seq 60); do
    curl --silent --insecure --fail --max-time 5 https://localhost/readyz && exit
    sleep 1
done
exit 1
"""
SAY = f"""
{sys.executable} - "$TEXT" <<'END'
import contextlib, ssl, sys
from websockets.sync.client import connect
context = ssl._create_unverified_context()
with contextlib.ExitStack() as open:
    sockets = [
        open.enter_context(connect("wss://localhost/ws", ssl=context, proxy=None))
        for _ in range({PROCESSES})
    ]
    sockets[0].send(sys.argv[1])
    assert [socket.recv(timeout=10) for socket in sockets] == [sys.argv[1]] * len(sockets)
END
"""
PAGE = "curl --silent --insecure --fail https://localhost/"


@pytest.mark.skipif(not LONG, reason="builds images, and all that they lie upon: FAULTS=long")
@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a machine within this one")
def test_an_engine_builds_the_image_and_runs_all_that_compose_names(tmp_path):
    engine = Engine(tmp_path / "engine")
    engine.build_all()
    shared = {engine.folder, Path(sys.prefix), Path(sys.base_prefix)}
    settings = "".join(f"export {name}={value}\n" for name, value in engine.environment.items())

    with machine.booted(tmp_path / "machine", shared=shared, alone=True) as host:

        def does(script):
            return host.does(settings + script, timeout=180)

        does(UP)
        try:
            does(READY)
            does(f"TEXT='Said at first' {SAY}")
            served = [
                does(f"podman logs chat_web_{number}").count("Connection ended")
                for number in range(1, PROCESSES + 1)
            ]
            assert served == [1] * PROCESSES, "each had one of the sockets"
            kept = does("podman exec chat_web_1 sh -c 'touch /opt/chat/x || touch /etc/x || id'")
            assert "uid=10001" in kept, "only its data can be written"
            does("podman exec chat_web_1 sh -c 'test -e manage.py -a ! -e tests -a ! -e .git'")
            does("podman exec chat_web_1 sh -c 'touch /data/x && grep CapEff:.0* /proc/1/status'")

            does("kill -9 $(podman inspect --format '{{.State.Pid}}' chat_web_2)")
            does(f"sleep 2; {READY}")
            does(f"TEXT='Said after a crash' {SAY}")
            page = does(PAGE)
            assert "Said at first" in page
            assert "Said after a crash" in page
            assert "web_2 Up" in does("podman ps --format '{{.Names}} {{.Status}}'")
        finally:
            print(host.run(f"{settings} podman ps -a; podman logs chat_web_1").stdout)
