"""Messages are formatted by the server as by the page: by the vectors of formatting.json."""

from __future__ import annotations

import json

import msgspec
import pytest

from chat.formatting import as_html, excerpt, parse, plain_text
from testing.processes import ROOT

VECTORS = json.loads((ROOT / "tests" / "formatting.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["case"])
def test_messages_are_formatted_as_in_the_page(vector):
    tree = parse(vector["text"])

    assert msgspec.to_builtins(tree) == vector["tree"]
    assert plain_text(tree) == vector["plain"]


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ("*a* ", "<em>"),
        ("`a` ", "<code "),
        ("a.de ", "<a "),
        ("- a\n", "<li>"),
        ("1. a\n", "<li "),
        ("> a\n\n", "<blockquote "),
        ("```\na\n```\n", "<pre "),
    ],
)
def test_what_follows_200_elements_is_shown_as_it_was_typed(part, shown):
    html = as_html(parse(part * 210))

    assert html.count(shown.rstrip()) == 200
    assert html.replace("&gt;", ">").rstrip().endswith((part * 10).rstrip())


def test_what_follows_200_quoted_lines_is_shown_as_it_was_typed():
    html = as_html(parse("> a\n" * 210))

    assert html.partition("</blockquote>")[0].count("a\n") == 199
    assert html.endswith("&gt; a\n" * 10)


def test_html_has_the_elements_that_screen_readers_know():
    text = "**a** *b* ~~c~~ `d`\n- e\n7. f\n> g\n```py\nh\n```"

    assert as_html(parse(text)) == (
        '<strong>a</strong> <em>b</em> <del>c</del> <code dir="ltr">d</code>'
        '<ul dir="auto"><li>e</li></ul><ol dir="auto"><li value="7">f</li></ol>'
        '<blockquote dir="auto">g</blockquote><div class="code" dir="ltr">'
        '<pre class="code__text" data-language="py"><code>h</code></pre></div>'
    )


def test_html_has_no_markup_that_was_typed():
    text = "**<b>** `<i>` https://a.de/'onclick='x&y\n```<u>\n\"\n```\n```js\n</code>&lt;\n```"

    html = as_html(parse(text))

    assert html == (
        '<strong>&lt;b&gt;</strong> <code dir="ltr">&lt;i&gt;</code>'
        ' <a href="https://a.de/&#x27;onclick=&#x27;x&amp;y" rel="noopener noreferrer nofollow ugc"'
        ' target="_blank" dir="ltr">https://a.de/&#x27;onclick=&#x27;x&amp;y</a>'
        "\n```&lt;u&gt;\n&quot;"
        '<div class="code" dir="ltr"><pre class="code__text"><code>```js\n&lt;/code&gt;&amp;lt;'
        "</code></pre></div>"
    )


def test_an_excerpt_ends_between_words():
    assert excerpt("short", 5) == "short"
    assert excerpt("one two three", 9) == "one two…"
    assert excerpt("🎉" * 9, 4) == "🎉🎉🎉🎉…"
    assert excerpt("x" * 99, 40) == "x" * 40 + "…"
