"""What a room's title may be, and its slug."""

from __future__ import annotations

import pytest

from chat.protocol.errors import BadTitle
from chat.protocol.frames import MAX_SLUG, SLUG
from chat.rooms.titles import normalised_title, slug_of, unguessable_slug


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Book club", "book-club"),
        ("  Straße, Nr. 12!  ", "strasse-nr-12"),
        ("Bücher_klub", "bucher-klub"),
        ("Москва", "moskva"),
        ("読書会", "dushuhui"),
        ("نادي الكتاب", "ndy-lktb"),
        ("☕ Coffee", "coffee"),
        ("🎉", "tada"),
        ("؟!", ""),
        ("-" * 80, ""),
    ],
)
def test_a_title_in_any_script_has_a_slug(title, slug):
    assert slug_of(title) == slug


@pytest.mark.parametrize("title", ["Book club", "ж" * 80, "a" * 63 + " b", "؟!"])
def test_every_slug_is_valid_and_unguessable_ones_differ(title):
    slugs = [unguessable_slug(title), unguessable_slug(title), slug_of(title) or "none"]

    assert all(SLUG.fullmatch(slug) for slug in slugs)
    assert len(set(slugs)) == 3
    assert max(map(len, slugs)) <= MAX_SLUG


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("  Book\n\tclub ", "Book club"),
        ("👩‍👩‍👧 ❤️", "👩‍👩‍👧 ❤️"),
        ("کتاب\u200cخانه", "کتاب\u200cخانه"),
        ("e\u0301", "é"),
    ],
)
def test_a_title_keeps_its_appearance(title, kept):
    assert normalised_title(title) == kept


@pytest.mark.parametrize(
    "title", ["", "   ", "\u3164", "\u200d", "\U0001d159", "a\u202eb", "a\x00b", "x" * 81]
)
def test_a_title_that_cannot_be_shown_is_refused_with_a_reason(title):
    with pytest.raises(BadTitle, match=r"[Rr]oom name"):
        normalised_title(title)
