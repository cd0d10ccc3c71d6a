"""Who speaks: a guest is a random key and a name in a signed cookie.

`author_id` follows from the key and the server's secret, so it is stable, says nothing about
the key, and nobody can take another's.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from msgspec import Struct
from msgspec.structs import replace

from chat.access.names import friendly_name
from chat.protocol.errors import BadName
from chat.protocol.frames import MAX_NAME, Person

COOKIE = "chat_guest"
# With this prefix a browser accepts the cookie only over https and only from this very host.
HOST_COOKIE = f"__Host-{COOKIE}"
COOKIE_AGE = 400 * 24 * 3600  # seconds; browsers keep none longer
SALT = "chat.guest"
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
BLANK = IGNORABLE | EMPTY  # as in namesakes.js


class Guest(Struct, frozen=True):
    """Someone without an account."""

    key: str
    name: str

    @property
    def person(self) -> Person:
        """As others see them."""
        return Person(_author_id(self.key, settings.SECRET_KEY), self.name)

    def named(self, name: str) -> Guest:
        """The same guest under another name. Raises BadName."""
        return replace(self, name=normalised_name(name))


@lru_cache(maxsize=10_000)  # asked for with every post
def _author_id(key: str, secret: str) -> str:
    return salted_hmac(SALT, key, secret=secret, algorithm="sha256").hexdigest()[:20]


def new_guest() -> Guest:
    """Someone never seen before."""
    return Guest(secrets.token_urlsafe(16), friendly_name())


def guest_from(cookies: Mapping[str, Any]) -> Guest | None:
    """The guest whose cookies these are; None for missing, forged and outdated ones."""
    plain, of_this_host = (
        _guest_in(cookies.get(COOKIE, "")),
        _guest_in(cookies.get(HOST_COOKIE, "")),
    )
    if of_this_host is None:
        return plain
    # Versions up to 1.1 write only the plain one: for the same guest, it may have a newer name.
    return plain if plain and plain.key == of_this_host.key else of_this_host


def _guest_in(cookie: str) -> Guest | None:
    try:
        key, name = signing.loads(cookie, salt=SALT)
        return Guest(str(key), normalised_name(str(name)))
    except (signing.BadSignature, ValueError, TypeError, BadName):
        return None


def remember(guest: Guest, request: HttpRequest, response: HttpResponse) -> None:
    """Keep `guest` in the visitor's browser."""
    path = settings.FORCE_SCRIPT_NAME or "/"
    secure = settings.SESSION_COOKIE_SECURE or request.is_secure()
    value = signing.dumps([guest.key, guest.name], salt=SALT)
    # Versions up to 1.1 read the plain one, and may serve beside this one.
    for name in (COOKIE, HOST_COOKIE) if secure and path == "/" else (COOKIE,):
        response.set_cookie(
            name,
            value,
            max_age=COOKIE_AGE,
            path=path,
            secure=secure,
            httponly=True,
            samesite="Lax",
        )


def normalised_name(name: str) -> str:
    """`name` in NFKC, trimmed, inner spaces single. Raises BadName, which says why."""
    if len(name) > MAX_NAME * 8:  # NFKC may lengthen a text eighteenfold
        raise BadName(format_lazy(_("A name has at most {limit} characters."), limit=MAX_NAME))
    name = unicodedata.normalize("NFKC", name).strip()
    if any(_is_invisible(character) for character in name):
        raise BadName(_("A name may not contain control, direction or invisible characters."))
    name = " ".join(name.split())
    if not name:
        raise BadName(_("A name needs at least one visible character."))
    if len(name) > MAX_NAME:
        text = _("A name has at most {limit} characters; this one has {length}.")
        raise BadName(format_lazy(text, limit=MAX_NAME, length=len(name)))
    if unicodedata.category(name[0]).startswith("M"):
        raise BadName(_("A name may not start with a combining mark."))
    return name


def _is_invisible(character: str) -> bool:
    return character in BLANK or unicodedata.category(character) in INVISIBLE
