"""docs/deployment.md is typed, line by line, into a machine that nothing gets out of.

It sees this machine's files under a layer of its own, which is thrown away; its processes end
with it.
What it lacks of a fresh one: systemd (./systemctl stands in), a name in the DNS with a public
certificate (localhost, with Caddy's own CA), a kernel and a network of its own.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.faults.world import LONG
from tests.processes import ROOT

PAGE = ROOT / "docs" / "deployment.md"
HERE = Path(__file__).parent
BOX = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
KEPT = ("PIP_", "LANG", "TERM")  # of our environment
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Between the lines of the page, what a fresh machine has or does by itself.
OUTSIDE = """
mount -t tmpfs tmpfs {layer}
mkdir {layer}/upper {layer}/work {layer}/root
mount -t overlay overlay -o lowerdir=/,upperdir={layer}/upper,workdir={layer}/work {layer}/root
cp {here}/systemctl {layer}/root/usr/local/bin/systemctl
cp {layer}/../sudo {layer}/../page.sh {layer}/root/usr/local/bin/
chmod +x {layer}/root/usr/local/bin/sudo
mount -t proc proc {layer}/root/proc
mount --rbind /dev {layer}/root/dev
mount -t tmpfs tmpfs {layer}/root/run
rm -rf {layer}/root/opt/chat {layer}/root/etc/chat {layer}/root/var/lib/chat
exec chroot {layer}/root /bin/bash -exo pipefail /usr/local/bin/page.sh
"""
SUDO = """#!/bin/sh
if [ "$1" = -u ]; then
    user=$2 && shift 2
    exec setpriv --reuid "$user" --regid "$user" --init-groups env HOME=/nonexistent "$@"
fi
exec "$@"
"""
TRUST_CADDY = """
root=/var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt
until curl --silent --output /dev/null --cacert $root https://localhost/; do sleep 0.2; done
cp $root /usr/local/share/ca-certificates/caddy.crt && update-ca-certificates
"""
START_STORES = """
mkdir --parents /run/postgresql && chown postgres /run/postgresql
pg_ctlcluster $(pg_lsclusters --no-header | awk '{print $1, $2}') start
redis-server --daemonize yes --save '' --dir /tmp
"""
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
deploy/scale 2 && [ "$(systemctl list-units 'chat@*' | wc --lines)" = 2 ]
deploy/scale 3 && [ "$(systemctl list-units 'chat@*' | wc --lines)" = 3 ]
"""


@pytest.mark.skipif(not LONG, reason="installs everything anew: FAULTS=long")
@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a machine within this one")
def test_the_page_makes_one_machine_and_then_many_processes(tmp_path):
    boxes = BOX.findall(PAGE.read_text())
    (tmp_path / "page.sh").write_text(script(boxes))
    (tmp_path / "sudo").write_text(SUDO)
    (tmp_path / "layer").mkdir()
    outside = OUTSIDE.format(layer=tmp_path / "layer", here=HERE)
    kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}

    done = subprocess.run(
        ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", outside],
        env=kept | {"PATH": PATH, "HOME": "/root"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=1200,
    )

    print(done.stdout[-20_000:])
    assert done.returncode == 0
    assert done.stdout.count("fan-out") == 2


def script(boxes):
    """Everything that is typed, and between it what the machine does by itself."""
    lines = []
    for box in boxes:
        box = box.replace("<this repository>", f"file://{ROOT}")
        box = box.replace("chat.example.org", "localhost")
        if "doctor" in box and TRUST_CADDY not in lines:
            lines.append(TRUST_CADDY)
        # Debian starts what it installs.
        lines.append(re.sub(r"^(sudo apt-get .* postgresql .*\n)", rf"\1{START_STORES}", box))
        if "doctor" in box and SAY not in lines:
            lines.append(SAY)
        if "deploy/scale" in box:
            lines += [SCALE, READ]
        if "systemctl reload 'chat@*'" in box:
            lines.append(READ)
    return "\n".join(lines)
