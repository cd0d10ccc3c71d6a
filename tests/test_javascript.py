"""The page's pure modules under plain Node: their own tests, and what they share with the server.

Node is the one that Playwright's package brings along, so nothing else need be installed.
"""

from __future__ import annotations

import gettext
import importlib.util
import json
import os
import subprocess
from random import Random
from uuid import UUID

import msgspec
import pytest
from django.conf import settings

from chat.access.names import BLANK, IGNORABLE
from chat.formatting import parse
from chat.live.roster import TYPING_TTL
from chat.protocol.errors import CloseCode
from chat.protocol.frames import MAX_FETCH, MAX_NAME, MAX_PAGE
from chat.templatetags.authors import initial, look_of
from testing.processes import ROOT
from tests.conftest import missing
from tests.formatting.texts import HOSTILE, PARTS

MODULES = ROOT / "chat" / "static" / "chat" / "js"
SECONDS = 60  # until Node counts as hanging
# The modules say what they are by their `import`s alone; there is no package.json.
QUIETLY = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"
NAMES = [
    "ada",
    "Élodie",
    "e\u0301lodie",
    "ßeta",
    "👩‍🚀 Ada",
    "👍🏽",
    "🇩🇪 Ute",
    "❤️",
    "7 of 9",
    "نورة",
    "李",
    "",
]


@pytest.fixture(scope="session")
def node_js():
    """Run Node; the finished process, its output as text."""
    if importlib.util.find_spec("playwright") is None:
        missing("playwright", "pip install -r requirements-dev.txt")
    from playwright._impl._driver import compute_driver_executable

    program = compute_driver_executable()[0]
    env = {name: value for name, value in os.environ.items() if not name.startswith("NODE_")}

    def node_js(*arguments):
        return subprocess.run(
            [program, QUIETLY, *map(str, arguments)],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )

    return node_js


@pytest.fixture
def value_of(node_js):
    """The value of an expression in which `module` stands for the exports of one."""

    def value_of(module, expression):
        path = json.dumps((MODULES / module).as_uri())
        program = (
            f"import * as module from {path}; console.log(JSON.stringify({expression} ?? null));"
        )
        done = node_js("--input-type=module", "--eval", program)
        assert done.returncode == 0, done.stdout
        return json.loads(done.stdout)

    return value_of


def test_the_pure_modules_pass_their_own_tests(node_js):
    files = sorted((ROOT / "tests" / "js").rglob("*.test.js"))

    done = node_js("--test", "--test-reporter=spec", *files)

    assert files
    assert done.returncode == 0, done.stdout


def test_a_close_code_means_the_same_to_browser_and_server(value_of):
    codes = [code for code in CloseCode if code >= 4000]
    numbers = json.dumps([int(code) for code in codes])
    came_back, told = value_of(
        "net/errors.js",
        f"[{numbers}.map((code) => !module.staysAway(code)),"
        f" {numbers}.map((code) => typeof module.reasonFor(code) === 'string')]",
    )
    unknown = set(range(4000, 5000)) - set(codes)

    assert came_back == ["Reconnect" in code.meaning for code in codes]
    # Who is not to come back must read why.
    silent = [code for code, is_told in zip(codes, told, strict=True) if not is_told]
    assert not [code for code in silent if code >= 4500]
    assert not value_of(
        "net/errors.js", f"{json.dumps(sorted(unknown))}.filter(module.reasonFor)"
    ), "the page explains codes that the server does not know"


def test_a_name_is_completed_up_to_the_length_that_the_server_allows(value_of):
    found = value_of(
        "model/mentions.js",
        f"[{MAX_NAME}, {MAX_NAME + 1}].map((length) => {{"
        " const text = '@' + 'x'.repeat(length); return module.queryAt(text, text.length); })",
    )

    assert [bool(at) for at in found] == [True, False]


def test_the_page_asks_for_no_more_than_the_server_gives():
    assert number(MODULES / "model" / "timeline.js", "PAGE") <= MAX_PAGE
    assert number(MODULES / "model" / "timeline.js", "LARGEST_PAGE") <= MAX_PAGE
    assert number(MODULES / "model" / "targets.js", "MAX_FETCHED") <= MAX_FETCH


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES if code != "en"])
def test_a_count_takes_the_same_plural_form_in_the_page_as_in_the_catalog(node_js, language):
    path = next((ROOT / "locale" / language).rglob("djangojs.mo"))
    with path.open("rb") as file:
        rule = gettext.GNUTranslations(file).plural
    forms = [str(number) for number in range(6)]
    page = f"""
        globalThis.document = {{
            documentElement: {{ lang: "{language}" }},
            querySelector: () => ({{ textContent: '{json.dumps({"one": forms})}' }}),
        }};
        const {{ ngettext }} = await import({json.dumps((MODULES / "i18n.js").as_uri())});
        const counts = Array.from({{ length: 1200 }}, (_, count) => count);
        console.log(JSON.stringify(counts.map((count) => Number(ngettext("one", "many", count)))));
    """

    done = node_js("--input-type=module", "--eval", page)

    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout) == [rule(count) for count in range(1200)]


def test_invisible_characters_are_the_same_ones_to_browser_and_server(value_of):
    ignorable = value_of(
        "people/author.js",
        "Array.from({ length: 0x110000 }, (_, code) => code).filter((code) =>"
        " /\\p{Default_Ignorable_Code_Point}/u.test(String.fromCodePoint(code)))",
    )
    told_apart = value_of(
        "people/author.js",
        f"{json.dumps(sorted(BLANK))}.filter((blank) => !module.namesakes(["
        "{ author_id: 1, name: 'Alice' }, { author_id: 2, name: `Al${blank}ice` }])('Alice'))",
    )

    assert set(map(chr, ignorable)) == IGNORABLE
    assert told_apart == []
    assert value_of(
        "people/author.js",
        "['Alicia', '\u0410lice'].map((name) => module.namesakes(["
        "{ author_id: 1, name: 'Alice' }, { author_id: 2, name }])('Alice'))",
    ) == [False, False]


def test_any_text_is_formatted_alike_in_the_page_and_by_the_server(value_of, tmp_path):
    random = Random(14)
    texts = ["".join(random.choices(PARTS, k=random.randrange(1, 40))) for _ in range(4_000)]
    texts += [(part * 4_000)[:4_000] for part in HOSTILE.values()]

    (tmp_path / "texts.json").write_text(json.dumps(texts))

    trees = value_of(
        "messages/formatting.js",
        "JSON.parse((await import('node:fs')).readFileSync("
        f"{json.dumps(str(tmp_path / 'texts.json'))})).map(module.parse)",
    )

    for text, tree in zip(texts, trees, strict=True):
        assert msgspec.to_builtins(parse(text)) == tree, text


def test_typing_is_reported_again_before_the_server_forgets_it():
    assert number(MODULES / "composer" / "composer.js", "TYPING_EVERY") < TYPING_TTL * 1000


def test_an_author_has_the_same_look_in_the_page_and_from_the_server(value_of):
    ids = [str(UUID(int=number * 2**97 + number)) for number in range(500)] + ["", "é", "👩‍🚀"]

    drawn = value_of("people/author.js", f"{json.dumps(ids)}.map(module.lookOf)")

    assert [look_of(author_id) for author_id in ids] == drawn
    assert set(drawn) == set(range(24))


def test_a_name_has_the_same_initial_in_the_page_and_from_the_server(value_of):
    drawn = value_of("people/author.js", f"{json.dumps(NAMES)}.map(module.initialOf)")

    assert [initial(name) for name in NAMES] == drawn


def number(path, name):
    """A constant of a module that Node cannot load, because it belongs to a page."""
    [value] = [
        line.split("=")[1].split(";")[0].replace("_", "")
        for line in path.read_text().splitlines()
        if line.startswith(f"const {name} = ")
    ]
    return int(value)
