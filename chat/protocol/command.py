"""What all commands of `chat.v1` have in common."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from chat.protocol.frames import MAX_SEQ, Seq

MessageSeq = Annotated[int, Meta(ge=1, le=MAX_SEQ)]


class Command(
    Struct, tag_field="type", frozen=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A frame from a client."""

    id: Annotated[Seq, Meta(description="unique in its connection, repeated as `reply_to`")]
