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

from chat.errors import BadName
from chat.names import friendly_name
from chat.protocol import MAX_NAME, Person

COOKIE = "chat_guest"
COOKIE_AGE = 400 * 24 * 3600  # seconds; browsers keep none longer
SALT = "chat.guest"
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # Unicode categories
# Blank to the eye, though Unicode counts them as letters or symbols.
BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f")
VARIATION_SELECTORS = (0xFE00, 0xFE0F), (0xE0100, 0xE01EF)


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
    """The guest whose cookie this is; None for a missing, forged or outdated one."""
    try:
        key, name = signing.loads(cookies.get(COOKIE, ""), salt=SALT)
        return Guest(str(key), normalised_name(str(name)))
    except (signing.BadSignature, ValueError, TypeError, BadName):
        return None


def remember(guest: Guest, request: HttpRequest, response: HttpResponse) -> None:
    """Keep `guest` in the visitor's browser."""
    response.set_cookie(
        COOKIE,
        signing.dumps([guest.key, guest.name], salt=SALT),
        max_age=COOKIE_AGE,
        path=settings.FORCE_SCRIPT_NAME or "/",
        secure=settings.SESSION_COOKIE_SECURE or request.is_secure(),
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
    selectors = any(low <= ord(character) <= high for low, high in VARIATION_SELECTORS)
    return character in BLANK or selectors or unicodedata.category(character) in INVISIBLE
