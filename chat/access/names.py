"""What a person's name may be: nothing that cannot be seen, or that changes what is around it."""

from __future__ import annotations

import unicodedata

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from chat.protocol.errors import BadName
from chat.protocol.frames import MAX_NAME

INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # Unicode categories
# Unicode's Default_Ignorable_Code_Point, which unicodedata lacks: characters without a glyph.
IGNORABLE = frozenset(
    chr(code)
    for first, last in (
        *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5)),
        *((0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F)),
        *((0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0)),
        *((0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
    )
    for code in range(first, last + 1)
)
# Letters and symbols whose glyph is empty: BRAILLE PATTERN BLANK, OBJECT REPLACEMENT CHARACTER,
# KHITAN SMALL SCRIPT FILLER, EGYPTIAN HIEROGLYPH FULL and HALF BLANK, MUSICAL SYMBOL NULL NOTEHEAD.
EMPTY = frozenset("\u2800\ufffc\U00016fe4\U00013441\U00013442\U0001d159")
BLANK = IGNORABLE | EMPTY  # parity with the page is tested


def normalised_name(name: str) -> str:
    """`name` in NFKC, trimmed, inner spaces single. Raises BadName with the reason."""
    if len(name) > MAX_NAME * 8:  # NFKC may lengthen a text eighteenfold
        raise BadName(format_lazy(_("Names can be up to {limit} characters."), limit=MAX_NAME))
    name = unicodedata.normalize("NFKC", name).strip()
    if any(_is_invisible(character) for character in name):
        raise BadName(_("A name can't contain control, direction or invisible characters."))
    name = " ".join(name.split())
    if not name:
        raise BadName(_("A name needs at least one visible character."))
    if len(name) > MAX_NAME:
        text = _("Names can be up to {limit} characters (this has {length}).")
        raise BadName(format_lazy(text, limit=MAX_NAME, length=len(name)))
    if unicodedata.category(name[0]).startswith("M"):
        raise BadName(_("A name can't start with a combining mark."))
    return name


def _is_invisible(character: str) -> bool:
    return character in BLANK or unicodedata.category(character) in INVISIBLE
