"""A container engine, Podman, and substitutes for the images that compose.yaml names.

Those come from Debian's packages, as no registry is asked: the same programs, started as the
official images start them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from testing.processes import ROOT
from tests.conftest import missing

PYTHON = "docker.io/library/python:3.11-slim-bookworm"
NEEDED = "python3,python3-venv,ca-certificates"
CERTIFICATES = (
    "etc/ssl/certs/ca-certificates.crt"  # with those that this machine trusts in addition
)
INSTALL = f"FROM {PYTHON}\nRUN apt-get update && apt-get install --yes --no-install-recommends"
CADDY = f"""{INSTALL} caddy
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
CMD ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
"""
REDIS = f"""{INSTALL} redis-server
WORKDIR /data
USER redis
ENTRYPOINT ["sh", "-c", "exec \\"$@\\" --protected-mode no", "sh"]
"""
POSTGRES = f"""{INSTALL} postgresql-15
ENV PATH=/usr/lib/postgresql/15/bin:/usr/bin:/bin LANG=C.UTF-8 PGDATA=/var/lib/postgresql/data
COPY start /usr/local/bin/start
VOLUME /var/lib/postgresql/data
ENTRYPOINT ["/usr/local/bin/start"]
"""
START_POSTGRES = """#!/bin/bash
set -e
if [ "$(id -u)" = 0 ]; then
    chown -R postgres "$PGDATA"
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    initdb --username="$POSTGRES_USER" --pwfile=<(echo "$POSTGRES_PASSWORD") --auth=scram-sha-256
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    echo "CREATE DATABASE $POSTGRES_USER" | postgres --single -j postgres
fi
exec postgres -c listen_addresses='*' -k /tmp
"""
# This machine may lack what containers are usually given: a driver, limits, groups to put them in.
CONTAINERS_CONF = """
[containers]
cgroups = "disabled"
cgroupns = "host"
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
"""
STORAGE_CONF = """
[storage]
driver = "overlay"
graphroot = "{folder}/storage"
runroot = "/run/containers"
"""


class Engine:
    """Podman with its storage in `folder`. Building needs Debian's and Python's packages."""

    def __init__(self, folder: Path):
        for program in ("podman", "debootstrap"):
            shutil.which(program) or missing(program, f"apt-get install {program}")
        folder.mkdir()
        self.folder = folder
        (folder / "containers.conf").write_text(CONTAINERS_CONF)
        (folder / "storage.conf").write_text(STORAGE_CONF.format(folder=folder))
        self.environment = {
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
        }

    def build_all(self) -> None:
        """Build the chat's image from its Dockerfile, and substitutes for the others."""
        base = self.folder / "base"
        _call("debootstrap", "--variant=minbase", f"--include={NEEDED}", "bookworm", base)
        shutil.copy(Path("/", CERTIFICATES), base / CERTIFICATES)
        _call("tar", "--directory", base, "--create", "--file", self.folder / "base.tar", ".")
        self.podman("import", self.folder / "base.tar", PYTHON)
        for name, text in (("caddy:2", CADDY), ("redis:7", REDIS), ("postgres:15", POSTGRES)):
            context = self.folder / name.partition(":")[0]
            context.mkdir()
            (context / "Dockerfile").write_text(text)
            (context / "start").write_text(START_POSTGRES)
            (context / "start").chmod(0o755)
            self.build(context, f"docker.io/library/{name}", "Dockerfile")
        self.build(ROOT, "chat", ROOT / "deploy/Dockerfile")

    def build(self, context: Path, tag: str, file: Path | str) -> None:
        how = ("--isolation=chroot", "--network=host", "--format=docker")
        self.podman("build", *how, f"--file={context / file}", f"--tag={tag}", context)

    def podman(self, *words: object) -> None:
        _call("podman", *words, env=os.environ | self.environment)


def _call(*words: object, **options) -> None:
    done = subprocess.run(
        [*map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    )
    assert done.returncode == 0, f"{words}: {done.stdout[-5000:]}"
