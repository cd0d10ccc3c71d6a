"""The documentation's links lead somewhere, and the files that it names exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.test_packages import LEVELS

ROOT = Path(__file__).resolve().parent.parent
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
SCRIPTS = ROOT / "chat" / "static" / "chat" / "js"
HERE = [ROOT, ROOT / "chat", ROOT / "chatsite", SCRIPTS]  # where a page's paths may begin
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)\s#]*)(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
PATH = re.compile(r"(?<![\w/.-])(?:[\w-]+/)+[\w.-]+\.(?:py|js|html|md|env|json|yaml)\b")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page):
    links = LINK.findall(CODE.sub("", page.read_text()))
    broken = [
        f"{path}#{heading}"
        for path, heading in links
        if not (target := page.parent / path if path else page).exists()
        or (heading and heading not in headings(target.read_text()))
    ]

    assert not broken


@pytest.mark.parametrize("name", ["architecture", "browser", "translations"])
def test_every_file_that_a_page_for_developers_names_exists(name):
    named = set(PATH.findall((ROOT / "docs" / f"{name}.md").read_text()))

    assert named
    assert not [path for path in named if not any((root / path).exists() for root in HERE)]


def test_every_result_names_tests_that_there_are():
    page = (ROOT / "docs" / "reliability.md").read_text()
    named = re.findall(r"\| `(test_\w+\.py)(?: -k (\w+))?` \|", page)

    def has_test(file, keyword):
        source = (ROOT / "tests" / "faults" / file).read_text()
        return re.search(rf"^(?:async )?def test_\w*{keyword}", source, re.MULTILINE)

    assert named
    assert not [f"{file} -k {keyword}" for file, keyword in named if not has_test(file, keyword)]


def test_the_documented_levels_are_those_that_packages_are_held_to():
    page = (ROOT / "docs" / "architecture.md").read_text()
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", page, re.MULTILINE)

    documented = {int(level): set(re.findall(r"`(\w+)`", names)) for level, names in rows}
    assert documented == dict(enumerate(LEVELS, start=1))


def test_headings_are_linked_to_as_browsers_show_them():
    text = "# The `serve` command\n## Slow, and hostile\n```\n# a comment\n```\n"

    assert headings(text) == {"the-serve-command", "slow-and-hostile"}


def headings(text):
    """The anchors of a page's headings, as GitHub makes them."""
    return {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in HEADING.findall(CODE.sub("", text))
    }
