"""House rules: short files, and every setting documented."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from chat.access.friendly_names import ENGLISH

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 300  # lines; from 250 on, look for the second noun
WIDEST = 100  # columns; Ruff sees to Python's, Biome wraps code but neither comments nor strings
SETTING = re.compile(r"^#?([A-Z][A-Z0-9_]*)=")  # set, or commented out
ROLE_NAME = re.compile(r'get_by_role\(\s*"\w+",\s*name="([^"]+)"\s*\)')
SUFFIXES = {".css", ".html", ".js", ".py"}


def test_no_file_is_too_long():
    files = [
        path for folder in ("chat", "chatsite", "tests") for path in source_files(ROOT / folder)
    ]
    lengths = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in files}
    too_long = [f"{path}: {lines}" for path, lines in lengths.items() if lines > LONGEST]

    assert lengths
    assert not too_long, f"over {LONGEST} lines, split by noun: {', '.join(too_long)}"


def test_no_line_of_a_script_or_sheet_is_too_wide():
    files = [path for folder in ("chat", "tests/js") for path in source_files(ROOT / folder)]
    too_wide = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if path.suffix in {".css", ".js"} and len(line) > WIDEST
    ]

    assert files
    assert not too_wide, f"over {WIDEST} columns: {', '.join(too_wide)}"


def test_every_setting_is_documented_and_no_other():
    read = settings_read((ROOT / "chatsite" / "settings" / "__init__.py").read_text())
    documented = settings_documented((ROOT / "docs" / "settings.md").read_text())

    assert read
    assert not read - documented, f"docs/settings.md lacks {sorted(read - documented)}"
    assert not documented - read, f"no such setting: {sorted(documented - read)}"


def test_every_setting_is_in_the_file_that_operators_start_from_and_explained():
    read = settings_read((ROOT / "chatsite" / "settings" / "__init__.py").read_text())
    lines = (ROOT / "deploy" / "chat.env").read_text().splitlines()
    found = {match[1]: at for at, line in enumerate(lines) if (match := SETTING.match(line))}

    assert not read - found.keys(), f"in deploy/chat.env is no {sorted(read - found.keys())}"
    assert not found.keys() - read, f"settings do not read {sorted(found.keys() - read)}"
    assert not [name for name, at in found.items() if not lines[at - 1].startswith("# ")]


def test_settings_are_found_however_they_are_read():
    source = """
env = environ.Env(ONE=(bool, False))
TWO = env("TWO") or env.int("THREE", default=3)
FOUR = os.environ["FOUR"] + os.environ.get("FIVE", "") + os.getenv("SIX")
"""

    assert settings_read(source) == {"ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX"}


def test_documented_settings_are_those_in_the_first_column_of_a_table():
    text = """
With `DEBUG` ...
| `ONE`, `TWO` | both, unlike `THREE` |
## Limits
| `FOUR` | 4 |
"""

    assert settings_documented(text) == {"ONE", "TWO", "FOUR"}


def test_no_test_looks_for_a_part_of_a_random_name():
    """People who chose no name get a random one, and Playwright finds parts of names as well."""
    words = ENGLISH.qualities + ENGLISH.animals
    files = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "testing").glob("*.py")]
    looked_for = {name for path in files for name in ROLE_NAME.findall(path.read_text())}

    assert looked_for
    assert not {name for name in looked_for for word in words if name.lower() in word.lower()}


def source_files(folder):
    return [
        path
        for path in folder.rglob("*")
        if path.suffix in SUFFIXES and "migrations" not in path.parts
    ]


def settings_read(source):
    """The environment variables that Python code reads, by django-environ or by os."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            names.add(literal(node.slice))
        elif isinstance(node, ast.Call):
            function = ast.unparse(node.func)
            if function.endswith("Env"):
                names |= {keyword.arg for keyword in node.keywords}
            elif re.fullmatch(r"env(\.\w+)?|os\.getenv|os\.environ\.get", function) and node.args:
                names.add(literal(node.args[0]))
    return names


def literal(node):
    assert isinstance(node, ast.Constant), (
        f"settings, line {node.lineno}: write the variable's name out, so that this test sees it"
    )
    return node.value


def settings_documented(text):
    """The names in the first column of each table."""
    cells = re.findall(r"^\|([^|]*)\|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([A-Z][A-Z0-9_]*)`", cell)}
