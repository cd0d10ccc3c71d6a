"""The rules of the wire: what is decoded and what is refused."""

from __future__ import annotations

import json
from uuid import UUID

import pytest

from chat.protocol import frames
from chat.protocol.commands import (
    FetchHistory,
    PostMessage,
    SetName,
    StartTyping,
    command_id,
    decode,
)
from chat.protocol.errors import BadFrame, ChatError, TooLarge
from tests.sockets import SECONDS, enter, plain

SECRET = "what mallory typed"
ID = "0190a3c4-5d6e-4f70-8a1b-2c3d4e5f6071"
POST = {"type": "message.post", "id": 1, "client_message_id": ID, "body": "Hello"}

POISON = {
    "no JSON": SECRET,
    "NUL": f'{{"type":"message.post","id":1,"client_message_id":"{ID}","body":"\\u0000{SECRET}"}}',
    "NUL outside": f"\x00{SECRET}",
    "a lone surrogate": f'{{"type":"name.set","id":1,"name":"\\ud800{SECRET}"}}',
    "a lone low surrogate": f'{{"type":"name.set","id":1,"name":"{SECRET}\\udfff"}}',
    "a raw surrogate": f'{{"type":"name.set","id":1,"name":"{SECRET}\ud800"}}',
    "NaN": f'{{"type":"history.fetch","id":1,"before":NaN,"limit":1,"x":"{SECRET}"}}',
    "Infinity": '{"type":"history.fetch","id":1,"before":Infinity,"limit":1}',
    "depth": "[" * 10_000 + "]" * 10_000,
    "depth before the type": '{"x":' * 10_000 + "1" + "}" * 10_000,
    "depth within a command": '{"type":"typing.start","id":1,"x":' + '{"x":' * 10_000,
    "a long number": f'{{"type":"history.fetch","id":1,"before":{"9" * 5000},"limit":1}}',
    "a long fraction": f'{{"type":"history.fetch","id":1,"before":0.{"9" * 5000},"limit":1}}',
    "a large exponent": '{"type":"history.fetch","id":1,"before":1e999,"limit":1}',
    "a MiB": '{"type":"name.set","id":1,"name":"' + "x" * 1024 * 1024 + '"}',
    "a MiB of nothing": " " * 1024 * 1024,
    "a long id": f'{{"type":"typing.start","id":{"9" * 400}}}',
    "an empty frame": "",
    "a list": f'["message.post", "{SECRET}"]',
    "null": "null",
    "two commands": json.dumps(POST) * 2,
}


@pytest.mark.parametrize("text", POISON.values(), ids=POISON)
async def test_a_malformed_frame_is_refused_alone_and_not_logged(text, chat_log, capfd):
    async with enter() as hers, enter() as his:
        await hers.communicator.send_input({"type": "websocket.receive", "text": text})
        refusal = await hers.frame_of("error")

        assert refusal["code"] in ("bad_frame", "too_large", "bad_name")
        assert refusal["detail"]
        seq = await hers.post("Still here")
        assert await his.bodies(until=seq) == ["Still here"]
    assert not_told(chat_log, capfd)


async def test_a_binary_frame_is_refused_alone(chat_log, capfd):
    for binary in (b"", b"\xff\xfe", SECRET.encode(), json.dumps(POST).encode()):
        async with enter() as hers, plain() as his:
            frame = {"type": "websocket.receive", "bytes": binary}
            await hers.communicator.send_input(frame)
            assert (await hers.frame_of("error"))["code"] == "bad_frame"
            await his.send_input(frame)
            assert (await his.receive_from(timeout=SECONDS)).startswith("error: ")

            await hers.post("Still here")
            assert await his.receive_from(timeout=SECONDS) == "Still here"
    assert not_told(chat_log, capfd)


PLAIN_POISON = {
    "nothing": "",
    "NUL": f"a\x00{SECRET}",
    "a surrogate": f"\ud800{SECRET}",
    "too many characters": "x" * (frames.MAX_BODY + 1),
    "a MiB": "x" * 1024 * 1024,
}


@pytest.mark.parametrize("text", PLAIN_POISON.values(), ids=PLAIN_POISON)
async def test_malformed_plain_text_is_refused_alone(text, chat_log, capfd):
    async with plain() as hers, plain() as his:
        await hers.send_input({"type": "websocket.receive", "text": text})

        assert (await hers.receive_from(timeout=SECONDS)).startswith("error: ")
        await hers.send_to("Still here")
        assert await hers.receive_from(timeout=SECONDS) == "Still here"
        assert await his.receive_from(timeout=SECONDS) == "Still here", "his, and nothing before it"
    assert not_told(chat_log, capfd)


def not_told(chat_log, capfd):
    """Neither logged nor printed is what she typed, nor a traceback."""
    told = chat_log.text + "".join(capfd.readouterr())
    return SECRET not in told and "Traceback" not in told


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        ({"type": "message.shout", "id": 1}, "message.shout"),
        ({"id": 1}, "type"),
        ({"type": 5, "id": 1}, "type"),
        (POST | {"colour": "red"}, "colour"),
        (POST | {"colour" * 50: "red"}, "colour"),
        ({"type": "typing.start"}, "id"),
        ({"type": "typing.start", "id": "1"}, "$.id"),
        ({"type": "typing.start", "id": -1}, "$.id"),
        ({"type": "typing.start", "id": 1.5}, "$.id"),
        ({"type": "typing.start", "id": 2**53}, "$.id"),
        (POST | {"body": 5}, "$.body"),
        (POST | {"body": None}, "$.body"),
        (POST | {"client_message_id": "nonsense"}, "$.client_message_id"),
        (POST | {"client_message_id": 5}, "$.client_message_id"),
        ({"type": "message.post", "id": 1, "client_message_id": ID}, "body"),
        ({"type": "history.fetch", "id": 1, "before": 5, "limit": 0}, "$.limit"),
        ({"type": "history.fetch", "id": 1, "before": 5, "limit": 101}, "$.limit"),
        ({"type": "history.fetch", "id": 1, "before": -1, "limit": 5}, "$.before"),
        ({"type": "history.fetch", "id": 1, "limit": 5}, "before"),
        ({"type": "name.set", "id": 1, "name": ["Alice"]}, "$.name"),
    ],
)
def test_an_error_names_the_field_that_is_wrong(frame, told):
    with pytest.raises(BadFrame) as refusal:
        decode(json.dumps(frame))

    assert told in refusal.value.detail
    assert len(refusal.value.detail) <= 200


@pytest.mark.parametrize(
    ("frame", "command"),
    [
        (POST, PostMessage(1, UUID(ID), "Hello")),
        (
            {"type": "history.fetch", "id": 2, "before": 2**53 - 1, "limit": 100},
            FetchHistory(2, 2**53 - 1, 100),
        ),
        ({"type": "typing.start", "id": 0}, StartTyping(0)),
        ({"type": "name.set", "id": 3, "name": "Zoë 🦉"}, SetName(3, "Zoë 🦉")),
    ],
)
def test_commands_are_decoded(frame, command):
    assert decode(json.dumps(frame)) == command
    assert decode(json.dumps(frame, ensure_ascii=False, indent=2)) == command


def test_a_frame_may_be_as_long_as_the_limit_and_no_longer():
    frame = json.dumps({"type": "typing.start", "id": 1})
    fitting = frame + " " * (frames.MAX_FRAME_IN - len(frame))
    assert decode(fitting) == StartTyping(1)

    with pytest.raises(TooLarge):
        decode(fitting + " ")
    with pytest.raises(TooLarge):
        decode('{"type":"name.set","id":1,"name":"' + "é" * (frames.MAX_FRAME_IN // 2) + '"}')


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"type":"?","id":7}', 7),
        ('{"id":7,"id":8}', 8),
        ('{"id":"7"}', None),
        ("[7]", None),
        ('{"id":7', None),
        ("", None),
        ("\ud800", None),
        ('{"id":7}' + " " * frames.MAX_FRAME_IN, None),
    ],
)
def test_a_refusal_names_its_command_where_it_can(text, found):
    assert command_id(text) == found


async def test_a_refusal_is_tied_to_its_command():
    async with enter() as hers:
        unknown = await hers.ask("message.shout")
        assert unknown["reply_to"] is not None

        await hers.communicator.send_to(text_data="no JSON")
        assert (await hers.frame_of("error"))["reply_to"] is None


def test_every_refusal_can_be_encoded():
    for kind in ChatError.__subclasses__():
        frame = json.loads(frames.encode(frames.error_frame(kind(), 1)))
        assert frame["type"] == "error"
        assert frame["code"] == kind.code
        assert frame["detail"]


@pytest.mark.parametrize(
    ("text", "seq"),
    [
        ("0", 0),
        ("12", 12),
        (str(frames.MAX_SEQ), frames.MAX_SEQ),
        (str(frames.MAX_SEQ + 1), None),
        ("9" * 5000, None),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("١٢", None),
    ],
)
def test_a_seq_in_a_url_is_a_number_that_a_message_can_have(text, seq):
    assert frames.parse_seq(text) == seq


def test_a_frame_around_its_messages_is_no_larger_than_counted():
    largest = frames.MAX_SEQ
    around = frames.RoomChanged(largest, largest, []), frames.HistoryAck(largest, [], False)

    assert max(len(frames.encode(frame)) for frame in around) <= frames.ENVELOPE
