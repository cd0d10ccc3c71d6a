"""Each lock file holds what its ranges allow, and production gets no test tools."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from chatsite.server import versions
from testing.processes import ROOT

KINDS = ["run", "sentry", "dev", "bench"]
LOCKED = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[\w.!+]+)")


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_file_holds_a_version_in_each_of_its_ranges(kind):
    locked = locked_versions(kind)
    ranges = list(requirements(f"requirements-{kind}.txt"))

    assert ranges
    for wanted in ranges:
        found = locked.get(canonicalize_name(wanted.name), set())
        assert found, f"run make lock: {wanted.name} is not in requirements-{kind}.lock"
        assert all(wanted.specifier.contains(version) for version in found), f"make lock: {wanted}"


@pytest.mark.parametrize("kind", KINDS)
def test_every_locked_version_has_hashes(kind):
    entries = re.split(r"\n(?=\w)", (ROOT / f"requirements-{kind}.lock").read_text())
    locked = [entry for entry in entries if LOCKED.match(entry)]

    assert locked
    assert not [entry for entry in locked if "--hash=sha256:" not in entry]


def test_all_lock_files_agree():
    everything = locked_versions("dev") | locked_versions("bench")
    for kind in KINDS:
        for name, found in locked_versions(kind).items():
            assert found == everything[name], f"{name} differs in requirements-{kind}.lock"


def test_production_gets_no_test_tools():
    tools = {requirement.name for requirement in requirements("requirements-dev.txt")} - {
        requirement.name for requirement in requirements("requirements-run.txt")
    }

    assert "pytest" in tools
    assert not tools & locked_versions("run").keys()


def test_what_the_launcher_overrides_is_pinned_to_the_versions_it_was_tested_with():
    pinned = {
        requirement.name: str(requirement.specifier)
        for requirement in requirements("requirements-run.txt")
        if str(requirement.specifier).startswith("==")
    }

    assert pinned == {name: f"=={version}" for name, version in versions.TESTED.items()}


def test_the_server_logs_versions_it_was_not_tested_with(monkeypatch, chat_log):
    versions.warn_about_untested_versions()
    assert not chat_log.messages

    monkeypatch.setitem(versions.TESTED, "twisted", "1.0")
    versions.warn_about_untested_versions()

    [line] = chat_log.messages
    assert line.startswith("Twisted ")
    assert "tested with 1.0" in line
    assert "requirements-run.lock" in line


def requirements(name):
    """The requirements in a file and in those that it includes."""
    for line in (ROOT / name).read_text().splitlines():
        if line.startswith("-r "):
            yield from requirements(line.removeprefix("-r "))
        elif line and not line.startswith("#"):
            yield Requirement(line)


def locked_versions(kind):
    """The versions of each package: more than one where platforms differ."""
    found = {}
    for line in (ROOT / f"requirements-{kind}.lock").read_text().splitlines():
        if match := LOCKED.match(line):
            found.setdefault(canonicalize_name(match["name"]), set()).add(match["version"])
    return found
