"""What a room's title may be, and the slug that is made of it.

Less strict than a person's name: nobody is impersonated by a title, and emoji sequences and
Persian need their joiners.
"""

from __future__ import annotations

import re
import secrets
import unicodedata

from anyascii import anyascii
from django.utils.text import format_lazy, slugify
from django.utils.translation import gettext_lazy as _

from chat.access.names import BLANK, INVISIBLE
from chat.protocol.errors import BadTitle
from chat.protocol.frames import MAX_SLUG, MAX_TITLE

JOINERS = "\u200c\u200d"
VISIBLE = {"L", "N", "P", "S"}  # their first letters
EMOJI = re.compile(r":[a-z0-9_+-]+:")  # as anyascii spells them
TOKEN = 8  # random bytes that make a link hard to guess
UNGUESSABLE = re.compile(rf"-[0-9a-f]{{{2 * TOKEN}}}\Z")


def normalised_title(title: str) -> str:
    """`title` in NFC, trimmed, inner spaces single. Raises BadTitle with the reason."""
    title = " ".join(unicodedata.normalize("NFC", title[: MAX_TITLE * 8]).split())
    if not any(_is_visible(character) for character in title):
        raise BadTitle(_("A room name needs at least one visible character."))
    if any(_is_refused(character) for character in title):
        raise BadTitle(_("A room name can't contain control or direction characters."))
    if len(title) > MAX_TITLE:
        text = _("Room names can be up to {limit} characters (this has {length}).")
        raise BadTitle(format_lazy(text, limit=MAX_TITLE, length=len(title)))
    return title


def slug_of(title: str) -> str:
    """`title` transliterated to Latin letters, always the same; "" where nothing is left."""
    ascii_title = anyascii(title)
    slug = slugify(EMOJI.sub(" ", ascii_title)) or slugify(ascii_title)
    return slug.replace("_", "-")[:MAX_SLUG].strip("-")


def unguessable_slug(title: str) -> str:
    """A slug that begins like `title` and cannot be guessed."""
    token = secrets.token_hex(TOKEN)
    stem = slug_of(title)[: MAX_SLUG - len(token) - 1].strip("-") or "room"
    return f"{stem}-{token}"


def is_unguessable(slug: str) -> bool:
    """Whether a slug ends like those of `unguessable_slug`."""
    return UNGUESSABLE.search(slug) is not None


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] in VISIBLE and character not in BLANK


def _is_refused(character: str) -> bool:
    return character not in JOINERS and unicodedata.category(character) in INVISIBLE
