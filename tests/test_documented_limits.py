"""docs/limits.md lists every limit, and nothing that is no limit any more."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "chatsite" / "settings" / "__init__.py"
NAMES = re.compile(r"(MAX|MOST|LONGEST)(_[A-Z_]+)?|[A-Z_]+_AT_ONCE")  # of limits, in any module
# Constants of chat/access/rate_limits.py that limit nothing by themselves.
UNITS = {
    "chat.access.rate_limits.DAY",
    "chat.access.rate_limits.MEGABYTE",
    "chat.access.rate_limits.TOO_MANY_REQUESTS",
}
# Limits whose names follow no rule.
OTHERS = {"chat.admin.login.ATTEMPTS", "chat.database.READERS", "chat.live.presence.COALESCE"}


def test_every_limit_is_documented_and_no_other():
    there = limits_in_code() | limit_settings(SETTINGS.read_text())
    documented = first_column((ROOT / "docs" / "limits.md").read_text())

    assert there
    assert not there - documented, f"docs/limits.md lacks {sorted(there - documented)}"
    assert not documented - there, f"no such limit: {sorted(documented - there)}"


def test_limits_are_found_by_their_names_and_their_module():
    source = "MAX_THINGS: int = 3\nMOST = 1, 2\nREADS_AT_ONCE = 2\nMAXIMAL = 1\nother = 1\nTTL = 3"

    assert set(constants(source, "chat.live.hub")) == {
        "chat.live.hub.MAX_THINGS",
        "chat.live.hub.MOST",
        "chat.live.hub.READS_AT_ONCE",
    }
    assert "chat.access.rate_limits.TTL" in constants(source, "chat.access.rate_limits")


def test_limit_settings_are_those_of_their_block():
    source = """
A = env.int("A", default=1)

# Limits; 0 ...
B = env.int(  # of things
    "B", default=2
)
# more
C = env.float("C", default=3)

# Seen from outside
D = env.int("D", default=4)
"""

    assert limit_settings(source) == {"B", "C"}


def limits_in_code():
    found = set()
    for folder in ("chat", "chatsite"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.is_relative_to(SETTINGS.parent):
                continue  # there they limit what an operator may write
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found |= set(constants(path.read_text(), module))
    return found - UNITS


def constants(source, module):
    for node in ast.parse(source).body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(target, ast.Name):
            name = target.id
            in_limits = module == "chat.access.rate_limits" and name.isupper()
            if in_limits or NAMES.fullmatch(name) or f"{module}.{name}" in OTHERS:
                yield f"{module}.{name}"


def limit_settings(source):
    """The settings read in the block of the settings file that begins with "# Limits"."""
    block = re.search(r"^# Limits\b.*?(?=^\n|\Z)", source, re.MULTILINE | re.DOTALL)[0]
    found = set(re.findall(r'env\.\w+\([^"]*"([A-Z_]+)"', block))
    return found - {"RETENTION_DAYS", "DRAIN_SECONDS"}


def first_column(text):
    cells = re.findall(r"^\|([^|]*)\|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([\w.]+)`", cell)}
