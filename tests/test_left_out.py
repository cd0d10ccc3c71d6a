"""`pytest` with requirements.txt alone runs what it can, and says what it leaves out."""

from __future__ import annotations

import ast
import importlib.util

import pytest

from testing.processes import ROOT

DEV_ONLY = {"hypothesis", "playwright", "podman_compose", "websockets", "yaml"}


@pytest.fixture(scope="module")
def root_conftest():
    spec = importlib.util.spec_from_file_location("root_conftest", ROOT / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_test_names_the_package_of_requirements_dev_that_it_needs(root_conftest):
    files = [*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("tests/**/conftest.py")]
    silent = [
        f"{file.relative_to(ROOT)}: {package}"
        for file in files
        for package in needed(file) & DEV_ONLY
        if package not in told(file, root_conftest.NEEDS)
    ]

    assert any(needed(file) & DEV_ONLY for file in files)
    assert not silent, f"pytest.importorskip, or NEEDS in conftest.py: {silent}"


def test_a_folder_that_cannot_be_imported_is_left_out_and_named(
    root_conftest, monkeypatch, pytestconfig
):
    browser = ROOT / "tests" / "browser"
    monkeypatch.delenv("REQUIRE_SERVICES", raising=False)
    monkeypatch.delenv("CI", raising=False)
    assert root_conftest.pytest_ignore_collect(ROOT / "tests" / "services", pytestconfig) is None

    monkeypatch.setattr(root_conftest.importlib.util, "find_spec", lambda name: None)

    assert root_conftest.pytest_ignore_collect(browser, pytestconfig) is True
    assert root_conftest.left_out == [
        "tests/browser needs playwright, websockets: pip install -r requirements-dev.txt"
    ]
    monkeypatch.setenv("REQUIRE_SERVICES", "1")
    with pytest.raises(pytest.UsageError, match="tests/browser needs"):
        root_conftest.pytest_ignore_collect(browser, pytestconfig)


def needed(file):
    """The packages that a module imports when it is imported itself."""
    names = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module.split(".")[0])
    return names


def told(file, needs):
    folder = file.parent.relative_to(ROOT).as_posix()
    skipped = {name for name in DEV_ONLY if f'importorskip("{name}")' in file.read_text()}
    return skipped | set(needs.get(folder, ()))
