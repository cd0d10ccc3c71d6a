"""Owner links: whoever has the key of a room's link becomes an owner."""

from __future__ import annotations

import hashlib
import secrets
from uuid import uuid4

from django.utils.translation import gettext_lazy as _

from chat.models import Act, Role, Room
from chat.protocol.errors import BadKey, NotFound
from chat.protocol.frames import Person
from chat.services.moderation.roles import give_role
from chat.services.moderation.work import Work, working

KEY_BYTES = 24


def new_key(slug: str) -> str:
    """A new key for the room's owner link; it replaces the one before. Raises NotFound.

    Only its hash is stored.
    """
    key = secrets.token_urlsafe(KEY_BYTES)
    if not Room.objects.filter(slug=slug).update(key_hash=_hashed(key)):
        raise NotFound(_("There is no such room."))
    return key


def claim(slug: str, person: Person, key: str) -> None:
    """Make the person an owner who has the key. Raises BadKey."""
    try:
        with working(slug) as work:
            if not secrets.compare_digest(work.room.key_hash, _hashed(key)):
                raise BadKey
            _make_owner(work, person)
    except NotFound as error:
        raise BadKey from error


def make_owner(slug: str, person: Person) -> None:
    """Make the person an owner: who created the room, or somebody of the staff."""
    with working(slug) as work:
        _make_owner(work, person)


def _make_owner(work: Work, person: Person) -> None:
    role = Role.objects.filter(room=work.room, author_id=person.author_id).first()
    if role and role.role == "owner":
        return
    give_role(work, person.author_id, person.name, "owner")
    Act.objects.create(
        room=work.room,
        key=uuid4(),
        kind="role",
        at=work.now,
        by_id=person.author_id,
        by_name=person.name,
        target_id=person.author_id,
        target_name=person.name,
        detail="owner",
    )
    work.changes_state()


def _hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
