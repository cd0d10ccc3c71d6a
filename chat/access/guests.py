"""Authors without an account: a guest is a random key and a name in a signed cookie.

`author_id` is a keyed hash of the guest's key and the server's secret, so it is stable, reveals
nothing about the key, and cannot be forged.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from msgspec import Struct
from msgspec.structs import replace

from chat.access.friendly_names import friendly_name
from chat.access.names import normalised_name
from chat.protocol.errors import BadName
from chat.protocol.frames import Person

COOKIE = "chat_guest"
# With this prefix a browser accepts the cookie only over https and only from this very host.
HOST_COOKIE = f"__Host-{COOKIE}"
COOKIE_AGE = 400 * 24 * 3600  # seconds; browsers keep none longer
SALT = "chat.guest"


class Guest(Struct, frozen=True):
    """Someone without an account."""

    key: str
    name: str

    @property
    def person(self) -> Person:
        """The guest as others see them."""
        return Person(_author_id(self.key, settings.SECRET_KEY), self.name)

    def named(self, name: str) -> Guest:
        """The same guest under another name. Raises BadName."""
        return replace(self, name=normalised_name(name))


@lru_cache(maxsize=10_000)  # needed for every post
def _author_id(key: str, secret: str) -> str:
    return salted_hmac(SALT, key, secret=secret, algorithm="sha256").hexdigest()[:20]


def new_guest() -> Guest:
    """A guest with a new key and a random name."""
    return Guest(secrets.token_urlsafe(16), friendly_name())


def guest_or_new(cookies: Mapping[str, Any]) -> tuple[Guest, bool]:
    """The guest of these cookies, or a new one, and whether they are new."""
    known = guest_from(cookies)
    return known or new_guest(), known is None


def guest_from(cookies: Mapping[str, Any]) -> Guest | None:
    """The guest of these cookies; None where they are missing, forged or outdated."""
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
    """Set the cookies that identify `guest`."""
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
