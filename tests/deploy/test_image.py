"""What the Dockerfile and compose.yaml say.

An image needs an engine, which most machines that run tests do not have: ./test_compose.py has
one. Here its steps are run in an empty folder instead, and its command there, where nothing but
/data can be written.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from fnmatch import fnmatch

import pytest

from testing import processes
from testing.processes import ROOT
from tests.test_house import SETTING, settings_read

yaml = pytest.importorskip("yaml")
podman_compose = pytest.importorskip("podman_compose")

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


def test_the_image_runs_as_nobody_in_particular():
    final = dict(stages()[1])

    assert int(final["USER"].split(":")[0]) > 0
    assert variables(final["ENV"])["DATA_DIR"] == final["VOLUME"]


def test_everything_that_the_image_needs_reaches_its_builder():
    kept = [path.relative_to(ROOT).as_posix() for path in context_files()]

    for needed in (
        "manage.py",
        "chat/static/chat/js/main.js",
        "deploy/ready",
        "locale/de/LC_MESSAGES/django.mo",
    ):
        assert needed in kept
    assert not [path for path in kept if path.startswith((".git/", ".venv/", "tests/", "var/"))]


def test_compose_starts_things_in_an_order_in_which_each_finds_what_it_needs():
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
    assert (DEPLOY / services["web"]["env_file"]).is_file()
    assert (DEPLOY / services["caddy"]["volumes"][0].split(":")[0]).is_file()
    asked = (DEPLOY / "Caddyfile").read_text()
    assert all(f"{{${name}:" in asked for name in services["caddy"]["environment"])
    for service in services.values():
        assert set(service["networks"]) <= set(given["networks"])
    assert services["web"]["read_only"] is True


@pytest.mark.parametrize("name", ["CHAT_DOMAIN", "SECRET_KEY", "POSTGRES_PASSWORD"])
def test_compose_refuses_to_start_without_what_only_the_operator_knows(name):
    assert name in [match[1] for match in map(SETTING.match, env_lines()) if match]

    with pytest.raises(ValueError, match=r"deploy/\.env"):
        compose(**{name: ""})


def stages():
    """The Dockerfile's stages: lists of (instruction, argument)."""
    text = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    steps = [(word, rest.strip()) for word, rest in lines if word != "#"]
    last = max(at for at, (word, _) in enumerate(steps) if word == "FROM")
    return steps[:last], steps[last:]


def variables(argument):
    return dict(word.split("=") for word in argument.split())


def context_files():
    """The files that .dockerignore lets through."""
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] != "#"]
    tracked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(tracked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        places = [name, *(name[: at.start()] for at in re.finditer("/", name))]
        ignored = False
        for rule in rules:
            if any(fnmatch(place, rule.removeprefix("!")) for place in places):
                ignored = not rule.startswith("!")
        if not ignored:
            yield ROOT / name


def copy_context(argument, home):
    *sources, _ = argument.split()
    for path in context_files():
        name = path.relative_to(ROOT).as_posix()
        if "." in sources or any(name == each or name.startswith(f"{each}/") for each in sources):
            to = home / name
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, to)


def can_unshare():
    probe = ["unshare", "--mount", "mount", "-o", "remount,bind,ro", "/"]
    return os.getuid() == 0 and subprocess.run(probe, capture_output=True).returncode == 0


def env_lines():
    return (DEPLOY / "compose.env").read_text().splitlines()


def compose(**variables):
    """compose.yaml with `variables` filled in by Podman Compose. Raises ValueError."""
    filled = {"CHAT_DOMAIN": "chat.example", "SECRET_KEY": "s", "POSTGRES_PASSWORD": "p"}
    text = (DEPLOY / "compose.yaml").read_text()
    return podman_compose.rec_subs(yaml.safe_load(text), filled | variables)
