"""Messages that wait for a moderator: held, then approved or declined."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from chat.models import Act, HeldMessage, Message
from chat.protocol import moderation as wire
from chat.protocol.errors import ChatError, Conflict, Declined, Held, NotAllowed, NotFound
from chat.protocol.moderation import MAX_ALL_HELD, MAX_HELD
from chat.services.moderation.members import add_written
from chat.services.moderation.work import Work
from chat.services.writes import Post


def outcome_of(held: HeldMessage, post: Post) -> ChatError:
    """What a post is answered with that is held, or was declined."""
    if held.declined_at:
        return Declined()
    return Held() if held.body == post.body else Conflict()


def hold(room_id: int, post: Post, now: datetime) -> HeldMessage:
    """Store a post until a moderator decides. Raises NotAllowed if too many wait."""
    waiting = HeldMessage.objects.filter(room_id=room_id, declined_at=None)
    if waiting.filter(author_id=post.author_id).count() >= MAX_HELD:
        raise NotAllowed(_("Several messages of yours wait for a moderator already."))
    if waiting.count() >= MAX_ALL_HELD:
        raise NotAllowed(_("Too many messages in this room wait for a moderator already."))
    return HeldMessage.objects.create(
        room_id=room_id,
        client_message_id=post.client_message_id,
        author_id=post.author_id,
        author_name=post.author_name,
        body=post.body,
        reply_to_seq=post.reply_to_seq,
        held_at=now,
    )


def approve_message(work: Work, entry: Act, act: wire.ApproveMessage) -> None:
    """Post a held message, as the newest one. The previous release, which holds nothing, may have
    posted it already."""
    held = _waiting(work, entry, act.client_message_id)
    posted = work.room.messages.filter(client_message_id=held.client_message_id).first()
    if posted is None:
        posted = _post(work, held)
    held.delete()
    entry.seq = posted.seq
    entry.save()


def decline_message(work: Work, entry: Act, act: wire.DeclineMessage) -> None:
    """Decline a held message. Its text is erased; the row stays, so that resending is refused."""
    held = _waiting(work, entry, act.client_message_id)
    held.body, held.declined_at = "", work.now
    held.save(update_fields=["body", "declined_at"])
    entry.save()


def _waiting(work: Work, entry: Act, client_message_id: UUID) -> HeldMessage:
    held = HeldMessage.objects.waiting(work.room).filter(client_message_id=client_message_id)
    found = held.first()
    if found is None:
        raise NotFound(_("This message does not wait any more."))
    entry.target_id, entry.target_name = found.author_id, found.author_name
    return found


def _post(work: Work, held: HeldMessage) -> Message:
    seq = work.next_seq()
    message = Message(
        room=work.room,
        seq=seq,
        changed_seq=seq,
        author_id=held.author_id,
        author_name=held.author_name,
        client_message_id=held.client_message_id,
        body=held.body,
        posted_at=work.now,
        reply_to_seq=held.reply_to_seq,
    )
    message.save(force_insert=True)
    work.changed(message)
    add_written(work, held.author_id, 1)
    return message
