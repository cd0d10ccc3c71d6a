"""What people type is shown as text and never interpreted."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

CORPUS = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'>",
    "<svg onload=window.hacked=1>",
    "<svg><script>window.hacked=1</script></svg>",
    "<iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<a href='javascript:window.hacked=1'>click</a>",
    "javascript:window.hacked=1",
    "JaVaScRiPt://example.org/%0awindow.hacked=1",
    "data:text/html,<script>window.hacked=1</script>",
    "</div></article></template><script>window.hacked=1</script>",
    "<style>* { display: none }</style>",
    "<base href='//evil.example/'>",
    "<form action=//evil.example><input name=x autofocus onfocus=window.hacked=1>",
    'https://example.org/"onmouseover="window.hacked=1',
    "https://example.org/'onmouseover='window.hacked=1",
    "http://javascript:window.hacked=1@example.org/",
    "{{ 7 * 7 }} {% debug %} ${7 * 7} #{7 * 7}",
    "&lt;b&gt; &amp; &#x3c;script&#x3e;",
    "<!-- --><![CDATA[ ]]>",
    "__proto__ constructor toString",
    "\u202egnp.exe\u202c \u2066 isolate",
    "مرحبا <b>x</b> שלום",
]


@pytest.fixture
def mallory(enter):
    return enter()


@pytest.fixture
def victim(enter):
    return enter()


def test_every_hostile_text_is_shown_as_it_was_typed(mallory, victim):
    for text in CORPUS:
        mallory.sends(text)

    for person in (mallory, victim):
        expect(person.bodies).to_have_count(len(CORPUS))
        assert person.bodies.all_text_contents() == CORPUS
        assert person.page.evaluate("window.hacked") is None
        made = "[...document.querySelectorAll('[data-part=body] *')].map((e) => e.localName)"
        assert set(person.page.evaluate(made)) <= {"a"}


def test_only_safe_links_are_links(mallory, victim):
    mallory.sends("See https://example.org/a_(b), www.example.org. and mailto:ada@example.org!")
    mallory.sends("\n".join(CORPUS))

    expect(victim.messages).to_have_count(2)
    links = victim.bodies.locator("a")
    hrefs = links.evaluate_all("links => links.map((link) => link.href)")
    assert hrefs[:3] == [
        "https://example.org/a_(b)",
        "https://www.example.org/",
        "mailto:ada@example.org",
    ]
    assert all(href.startswith(("https://", "http://", "mailto:")) for href in hrefs)
    assert set(links.evaluate_all("links => links.map((link) => link.rel)")) == {
        "noopener noreferrer nofollow ugc"
    }


def test_addresses_without_a_scheme_are_links_too(mallory, victim):
    mallory.sends("Ask mailto:ada@example.org or bob@example.org, see example.org/foo, not main.py")

    links = victim.bodies.locator("a")
    expect(links).to_have_text(["ada@example.org", "bob@example.org", "example.org/foo"])
    hrefs = links.evaluate_all("links => links.map((link) => link.href)")
    assert hrefs == ["mailto:ada@example.org", "mailto:bob@example.org", "https://example.org/foo"]


def test_a_new_name_does_not_search_old_messages_for_links_again(mallory, victim):
    mallory.sends_and_waits("@ http://a/" + 3_000 * ")")
    expect(victim.messages).to_have_count(1)
    victim.page.evaluate(
        """() => {
            window.looked = 0;
            const { matchAll } = String.prototype;
            String.prototype.matchAll = function (pattern) {
                if (pattern.test("http://a")) window.looked += this.includes("http://a/)))");
                pattern.lastIndex = 0;
                return matchAll.call(this, pattern);
            };
        }"""
    )

    mallory.renames("Another")
    expect(victim.page.locator(".person", has_text="Another")).to_be_visible()
    mallory.sends_and_waits("@Another")

    expect(victim.message("@Another").locator(".message__mention")).to_have_count(1)
    assert victim.page.evaluate("window.looked") == 0


def test_a_hostile_name_is_text_too(mallory, victim):
    name = "<b onclick=hacked()>Eve</b>"
    mallory.renames(name)

    expect(victim.page.locator(".person", has_text=name)).to_be_visible()
    mallory.sends("Hello")
    expect(victim.message("Hello").locator("[data-part=author]")).to_have_text(name)
