"""Install the Autobahn test suite into var/conformance: `python -m tests.conformance.install`.

Does nothing where it is installed as this folder's files say. The tests themselves need no network.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conformance.convert import convert

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent.parent / "var" / "conformance"
REQUIREMENTS = HERE / "requirements.txt"
STAMP = FOLDER / "installed"  # says what is installed
RECIPE = (REQUIREMENTS, HERE / "convert.py", Path(__file__))
SUITE = "autobahntestsuite"
PYTHONS = (sys.executable, "python3.12", "python3.11", "python3", "/usr/bin/python3")
NEEDS_2TO3 = (
    "The WebSocket conformance suite is Python 2 code, and 2to3, which converts it, was removed in"
    " Python 3.13. Install Python 3.11 or 3.12, so that python3.11 or python3.12 is on PATH; Debian"
    " and Ubuntu have 2to3 in a package of its own, python3-lib2to3."
)


def is_installed() -> bool:
    return STAMP.exists() and STAMP.read_text() == fingerprint()


def fingerprint() -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in RECIPE)).hexdigest()


def install() -> None:
    """Raises SystemExit, with what is missing, or subprocess.CalledProcessError."""
    python = python_with_2to3()
    shutil.rmtree(FOLDER, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        pip("download", "--no-binary", SUITE, "--dest", folder, "--requirement", REQUIREMENTS)
        (archive,) = Path(folder).glob(f"{SUITE}-*.tar.gz")
        shutil.unpack_archive(archive, folder)
        (source,) = Path(folder).glob(f"{SUITE}-*/{SUITE}")
        archive.unlink()
        packages = [path for path in Path(folder).iterdir() if path.is_file()]
        pip("install", "--target", FOLDER, *packages)
        convert(source, FOLDER / SUITE, python=python)
    STAMP.write_text(fingerprint())


def python_with_2to3() -> str:
    for python in PYTHONS:
        found = shutil.which(python)
        command = [found, "-W", "ignore", "-c", "import lib2to3"]
        if found and subprocess.run(command, capture_output=True).returncode == 0:
            return found
    raise SystemExit(NEEDS_2TO3)


def pip(command: str, *words: object) -> None:
    start = [sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check"]
    subprocess.run([*start, "--no-deps", *map(str, words)], check=True)


if __name__ == "__main__" and not is_installed():
    install()
