"""docs/deployment.md is typed, line by line, into an isolated machine.

See ./machine.py. What it lacks of a fresh one: a name in the DNS with a public certificate
(localhost, with Caddy's own CA), a kernel and a network of its own.
"""

from __future__ import annotations

import re

import pytest

from testing.processes import ROOT
from tests.deploy import machine
from tests.faults.scenario import LONG

PAGE = ROOT / "docs" / "deployment.md"
BOX = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)

# Run between the page's lines: what a real machine has or does by itself.
SUDO = """
cat >/usr/local/bin/sudo <<'END'
#!/bin/sh
if [ "$1" = -u ]; then
    user=$2 && shift 2
    exec setpriv --reuid "$user" --regid "$user" --init-groups env HOME=/nonexistent "$@"
fi
exec "$@"
END
chmod +x /usr/local/bin/sudo
"""
TRUST_CADDY = """
root=/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt
until curl --silent --output /dev/null --cacert $root https://localhost/; do sleep 0.2; done
cp $root /usr/local/share/ca-certificates/caddy.crt && update-ca-certificates
"""
START_STORES = "systemctl start postgresql redis-server\n"
SAY = """
/opt/chat/.venv/bin/python - <<'END'
import ssl
from websockets.sync.client import connect
with connect("wss://localhost/ws", ssl=ssl.create_default_context(), proxy=None) as socket:
    socket.send("Said on the first day")
    assert socket.recv(10) == "Said on the first day"
END
"""
READ = """
for port in $(seq 8001 8003); do deploy/ready http://127.0.0.1:$port/readyz 60; done
curl --silent --fail https://localhost/ | grep 'Said on the first day'
"""
SCALE = """
deploy/scale 2 && [ "$(systemctl list-units --plain --no-legend 'chat@*' | wc --lines)" = 2 ]
deploy/scale 3 && [ "$(systemctl list-units --plain --no-legend 'chat@*' | wc --lines)" = 3 ]
"""


@pytest.mark.skipif(not LONG, reason="installs everything anew: FAULTS=long")
def test_the_commands_of_the_page_set_up_one_process_and_then_many(tmp_path):
    boxes = BOX.findall(PAGE.read_text())

    with machine.booted(tmp_path / "machine") as fresh:
        typed = fresh.does(script(boxes), timeout=1200)

    assert typed.count("fan-out") == 2


def script(boxes):
    """The lines to type, and between them what a real machine does by itself."""
    lines = [SUDO]
    for box in boxes:
        box = box.replace("<this repository>", f"file://{ROOT}")
        box = box.replace("chat.example.org", "localhost")
        if "doctor" in box and TRUST_CADDY not in lines:
            lines.append(TRUST_CADDY)
        # Debian starts the services that it installs.
        lines.append(re.sub(r"^(sudo apt-get .* postgresql .*\n)", rf"\1{START_STORES}", box))
        if "doctor" in box and SAY not in lines:
            lines.append(SAY)
        if "deploy/scale" in box:
            lines += [SCALE, READ]
        if "systemctl reload 'chat@*'" in box:
            lines.append(READ)
    return "\n".join(lines)
