"""The Dockerfile and compose.yaml.

Building an image needs an engine, which most machines that run tests do not have: test_compose.py
uses one, and .dockerignore with it. Here the image's steps run in an empty folder instead, and its
command in a place where only /data can be written.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys

import pytest

from testing import environment, processes
from testing.processes import ROOT
from tests.test_house import SETTING, settings_read

yaml = pytest.importorskip("yaml")
pytest.importorskip("podman_compose")

DEPLOY = ROOT / "deploy"
READ_ONLY = "mount -t tmpfs tmpfs {data} && mount -o remount,bind,ro / && exec {command}"


def test_the_steps_of_the_image_make_a_server_that_writes_only_its_data(tmp_path):
    """`make install` downloads what is not in pip's cache."""
    home = tmp_path / "chat"
    build, final = stages()
    for step, argument in build:
        if step == "COPY":
            copy_context(argument, home)
        elif step == "RUN" and argument.startswith("make "):
            subprocess.run(argument, shell=True, cwd=home, check=True)
        else:
            assert step in ("FROM", "WORKDIR") or argument.startswith("apt-get ")
    assert ("COPY", "--from=build /opt/chat/.venv .venv") in final
    assert ("COPY", ". .") in final
    copy_context(". .", home)
    tools = list(home.glob(".venv/lib/*/site-packages/*pytest*"))
    assert not tools, "the image has test tools"

    with processes.serving(lambda folder: Contained(folder, home, dict(final))) as server:
        healthy = json.loads(dict(final)["HEALTHCHECK"].split("CMD ")[1])
        asked = [word.replace(":8000", f":{server.port}") for word in healthy]
        assert subprocess.run(asked, cwd=home, timeout=60).returncode == 0
        server.pause()
        assert subprocess.run(asked, cwd=home, timeout=60, stderr=subprocess.DEVNULL).returncode
        server.resume()
        assert server.terminate() == 0
        print(server.log_text())


class Contained(processes.Node):
    """The image's command in its folder. Where we are root, all but /data is read-only."""

    def __init__(self, folder, home, final):
        entry, given = json.loads(final["ENTRYPOINT"]), json.loads(final["CMD"])
        assert entry[0] == ".venv/bin/python"
        super().__init__(folder, [], {})
        command = [word.replace("8000", str(self.port)) for word in entry + given]
        if can_unshare():
            self.data_dir.mkdir()
            inner = READ_ONLY.format(data=self.data_dir, command=shlex.join(command))
            command = ["unshare", "--mount", "sh", "-c", inner]
        self.command = command
        self.popen["cwd"] = home
        self.popen["env"] |= variables(final["ENV"]) | {"DATA_DIR": str(self.data_dir)}


def test_the_image_does_not_run_as_root():
    final = dict(stages()[1])

    assert int(final["USER"].split(":")[0]) > 0
    assert variables(final["ENV"])["DATA_DIR"] == final["VOLUME"]


def test_compose_starts_each_service_after_those_that_it_needs():
    services = compose()["services"]

    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}, name
            assert "healthcheck" in services[needed] or "build" in services[needed]
    assert services["web"]["deploy"]["replicas"] == "3"
    assert compose(WEB="5")["services"]["web"]["deploy"]["replicas"] == "5"


def test_compose_sets_settings_that_exist_and_names_files_and_networks_that_exist():
    given = compose()
    services = given["services"]
    known = settings_read((ROOT / "chatsite" / "settings" / "__init__.py").read_text())

    assert set(services["web"]["environment"]) <= known
    assert (DEPLOY / services["web"]["build"]["context"] / "deploy/Dockerfile").is_file()
    assert all((DEPLOY / name).is_file() for name in services["web"]["env_file"])
    assert (DEPLOY / services["caddy"]["volumes"][0].split(":")[0]).is_file()
    asked = (DEPLOY / "Caddyfile").read_text()
    assert all(f"{{${name}:" in asked for name in services["caddy"]["environment"])
    for service in services.values():
        assert set(service["networks"]) <= set(given["networks"])
    assert services["web"]["read_only"] is True


@pytest.mark.parametrize("name", ["CHAT_DOMAIN", "SECRET_KEY", "POSTGRES_PASSWORD"])
def test_compose_refuses_to_start_without_a_required_variable(name):
    assert name in [match[1] for match in map(SETTING.match, env_lines()) if match]

    refused = podman_compose("config", **{name: ""})

    assert refused.returncode != 0
    assert f"required variable {name} is missing" in refused.stderr
    assert "deploy/.env" in refused.stderr


def stages():
    """The Dockerfile's stages: lists of (instruction, argument)."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    steps = [(word, rest.strip()) for word, rest in lines if word != "#"]
    last = max(at for at, (word, _) in enumerate(steps) if word == "FROM")
    return steps[:last], steps[last:]


def variables(argument):
    return dict(word.split("=") for word in argument.split())


def copy_context(argument, home):
    """Copy the project's files, or those that `argument` names, without regard to .dockerignore."""
    *sources, _ = argument.split()
    tracked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", *sources]
    listed = subprocess.run(tracked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            to = home / name
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, to)


def can_unshare():
    probe = ["unshare", "--mount", "mount", "-o", "remount,bind,ro", "/"]
    return os.getuid() == 0 and subprocess.run(probe, capture_output=True).returncode == 0


def env_lines():
    return (DEPLOY / "compose.env").read_text().splitlines()


def compose(**variables):
    """compose.yaml as Podman Compose reads it, which needs no Podman for that."""
    done = podman_compose("config", **variables)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)


def podman_compose(*words, **variables):
    filled = {"CHAT_DOMAIN": "chat.example", "SECRET_KEY": "s", "POSTGRES_PASSWORD": "p"}
    command = ["-m", "podman_compose", "--podman-path", "/bin/echo", "--file", "compose.yaml"]
    return subprocess.run(
        [sys.executable, *command, *words],
        cwd=DEPLOY,
        env=environment.only(filled | variables),
        capture_output=True,
        text=True,
        timeout=120,
    )
