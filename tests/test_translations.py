"""Every text of the page is translated, with the placeholders and markup of the original."""

from __future__ import annotations

import gettext
import re
import shutil
import subprocess
import sys

import pytest
from django.conf import settings

from testing.processes import ROOT, find_program
from tests.conftest import missing

LANGUAGES = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
DOMAINS = ["django", "djangojs"]
SOURCES = ["bin", "chat", "chatsite", "locale", "manage.py", "templates"]
LITERAL = r'"(?:[^"\\\n]|\\.)*"'
# What must come through: gaps to fill, markup, and quotes, which would end an attribute.
CARRIED = re.compile(r'%\(\w+\)s|\{\w+\}|<[^>]*>|"')

pairs = pytest.mark.parametrize(
    ("language", "domain"), [(language, domain) for language in LANGUAGES for domain in DOMAINS]
)


def catalog(language, domain, root=ROOT):
    """{text, or (text, number of the plural form): translation} as compiled."""
    with (root / "locale" / language / "LC_MESSAGES" / f"{domain}.mo").open("rb") as file:
        found = gettext.GNUTranslations(file)._catalog
    return {text: translation for text, translation in found.items() if text != ""}


@pytest.fixture(scope="module")
def updated(tmp_path_factory):
    """A copy of the project in which `make messages` was run just now."""
    if not find_program("msgfmt"):
        missing("gettext", "apt-get install gettext")
    root = tmp_path_factory.mktemp("updated")
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    for compiled in (root / "locale").rglob("*.mo"):
        compiled.unlink()
    subprocess.run([root / "bin" / "update-messages", sys.executable], cwd=root, check=True)
    return root


@pairs
def test_every_text_is_translated(updated, language, domain):
    path = updated / "locale" / language / "LC_MESSAGES" / f"{domain}.po"

    assert catalog(language, domain, updated)
    for lacking in ("--untranslated", "--only-fuzzy"):
        texts = subprocess.run(
            ["msgattrib", lacking, "--no-wrap", path], stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        assert not texts, f"run `make messages` and translate in {language}/{domain}.po:\n{texts}"


@pairs
def test_the_compiled_catalogs_are_up_to_date(updated, language, domain):
    assert catalog(language, domain) == catalog(language, domain, updated), "run `make messages`"


@pairs
def test_translations_keep_placeholders_and_markup(language, domain):
    for key, translation in catalog(language, domain).items():
        if isinstance(key, str):
            assert carried(translation) == carried(key), key
        else:  # "one message" may do without its number
            assert translation, key
            assert set(carried(translation)) <= set(carried(key[0])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_server_and_the_page_say_is_translated_the_same(language):
    server, page = (catalog(language, domain) for domain in DOMAINS)
    shared = server.keys() & page.keys()

    assert {text: server[text] for text in shared} == {text: page[text] for text in shared}


def test_no_call_in_a_module_is_overlooked():
    modules = (ROOT / "chat" / "static").rglob("*.js")
    calls = [
        (path.name, call)
        for path in modules
        for call in re.findall(r"(?<!function )\bn?gettext\(\s*([^\s)][^\n]*)", path.read_text())
    ]
    known = {
        key if isinstance(key, str) else key[0]: translation
        for key, translation in catalog(LANGUAGES[0], "djangojs").items()
    }

    assert calls
    for name, call in calls:
        text = re.match(LITERAL, call)
        assert text, f"{name}: give gettext a text in double quotes, not {call}"
        assert text[0][1:-1].replace('\\"', '"') in known, f"{name}: {text[0]}"


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda p: p.name)
def test_no_template_has_untranslatable_words(path):
    assert not bare_words(path.read_text()), "wrap in {% translate %} or {% blocktranslate %}"


def test_untranslatable_words_are_found_in_text_and_attributes():
    assert bare_words("<p>Hello {{ name }}</p>") == ["Hello"]
    assert bare_words('<input aria-label="Your name" title="{% translate "Name" %}">') == [
        'aria-label="Your name"'
    ]
    assert not bare_words(
        """{% load i18n %}<p class="a">{% translate "Hello" %} <kbd>m</kbd> {# words #}</p>
        {% blocktranslate %}You are <b>{{ name }}</b>{% endblocktranslate %} 12:00 UTC"""
    )


def bare_words(template):
    """Words in text and in attributes that people read, outside of translation tags."""
    rest = re.sub(r"\{#.*?#\}|<!--.*?-->", "", template, flags=re.DOTALL)
    rest = re.sub(r"\{% comment.*?endcomment %\}", "", rest, flags=re.DOTALL)
    rest = re.sub(r"\{% blocktranslate.*?endblocktranslate %\}", "", rest, flags=re.DOTALL)
    rest = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", rest, flags=re.DOTALL)
    attributes = re.findall(r'\b(?:aria-label|alt|placeholder|title)="[^"]*[^\W\d_][^"]*"', rest)
    text = re.sub(r"<(kbd|code|script|style)\b.*?</\1>", "", rest, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>|\bUTC\b|&\w+;", " ", text)
    return attributes + re.findall(r"[^\W\d_]{2,}", text)


def carried(text):
    return sorted(CARRIED.findall(text))
