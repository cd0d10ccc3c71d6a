"""How an author is shown in what the server renders: as in js/people/author.js, so that nothing
changes when the page's modules take over.
"""

from __future__ import annotations

import re

from django import template

register = template.Library()

HUES = 12
LOOKS = 2 * HUES  # each in two tones

# The first character with what belongs to it: accents, an emoji's modifiers and joined emoji, or
# the two letters of a flag. Far from all of Unicode's rules, but names beyond them are rare, and
# the browser then draws its own.
MARKS = r"[\u0300-\u036f\u064b-\u065f\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]*"
FIRST = re.compile(rf"[\U0001f1e6-\U0001f1ff]{{2}}|.{MARKS}(?:\u200d.{MARKS})*", re.DOTALL)


@register.filter
def initial(name: str) -> str:
    """The first letter, as a capital, or the emoji or flag that the name starts with."""
    first = FIRST.match(name)
    return first[0].upper() if first else "?"


@register.filter
def hue(author_id: str) -> int:
    """0 to 11."""
    return look_of(author_id) % HUES


@register.filter
def tone(author_id: str) -> int:
    """0 or 1."""
    return look_of(author_id) // HUES


def look_of(author_id: str) -> int:
    """0 to 23: one of 12 hues in the first or the second tone. 32-bit FNV-1a of the characters."""
    value = 0x811C9DC5
    for character in author_id:
        value = (value ^ ord(character)) * 0x01000193 & 0xFFFFFFFF
    return (value >> 8) % LOOKS
