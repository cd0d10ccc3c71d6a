"""Refusals have a translated reason, and their close codes are those of the server."""

from __future__ import annotations

from django.utils.functional import Promise

from chat.protocol import errors
from chat.protocol.errors import ChatError, CloseCode
from chatsite.server.connection import TOO_SLOW


def test_the_reason_of_every_refusal_can_be_translated():
    refusals = [
        error
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, ChatError) and error is not ChatError
    ]

    assert len(refusals) > 5
    assert [error for error in refusals if not isinstance(error.detail, Promise)] == []


def test_the_server_closes_a_stalled_reader_with_the_code_that_is_documented():
    assert CloseCode.STALLED == TOO_SLOW
