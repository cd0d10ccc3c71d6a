"""The decoder, fed with everything that hypothesis can think of."""

from __future__ import annotations

import json

import msgspec
import pytest

hypothesis = pytest.importorskip("hypothesis")

from hypothesis import example, given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from chat.protocol import frames  # noqa: E402
from chat.protocol.commands import (  # noqa: E402
    COMMANDS,
    DeleteMessage,
    EditMessage,
    FetchHistory,
    FetchMessages,
    PostMessage,
    ReactToMessage,
    SetName,
    StartTyping,
    command_id,
    decode,
)
from chat.protocol.errors import ChatError  # noqa: E402
from chat.protocol.frames import MAX_FETCH, MAX_PAGE, MAX_SEQ  # noqa: E402

anything = st.text(st.characters())  # lone surrogates too
sayable = st.text(st.characters(exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | anything,
    lambda inner: st.lists(inner) | st.dictionaries(anything, inner),
    max_leaves=10,
)
fields = st.sampled_from(
    ["type", "id", "client_message_id", "body", "before", "limit", "name", "seq", "seqs", "emoji"]
)
types = st.sampled_from([command.__struct_config__.tag for command in COMMANDS])
near_commands = st.builds(
    lambda kind, rest: {"type": kind, "id": 1} | rest,
    types,
    st.dictionaries(fields, json_values | types),
)
seqs = st.integers(0, MAX_SEQ)
places = st.integers(1, MAX_SEQ)
commands = st.one_of(
    st.builds(PostMessage, seqs, st.uuids(), sayable, st.none() | places),
    st.builds(EditMessage, seqs, places, sayable),
    st.builds(DeleteMessage, seqs, places),
    st.builds(ReactToMessage, seqs, places, sayable, st.booleans()),
    st.builds(FetchMessages, seqs, st.lists(places, min_size=1, max_size=MAX_FETCH)),
    st.builds(FetchHistory, seqs, seqs, st.integers(1, MAX_PAGE)),
    st.builds(StartTyping, seqs),
    st.builds(SetName, seqs, sayable),
)


def understood_or_refused(text):
    try:
        decode(text)
    except ChatError as error:
        refusal = frames.error_frame(error, command_id(text))
        frames.encode(refusal).encode()


@given(anything)
@example("9" * 5000)
@example("\ud800")
def test_no_text_is_more_than_refused(text):
    understood_or_refused(text)


@given(json_values | near_commands, st.booleans())
def test_no_json_is_more_than_refused(value, ascii_only):
    understood_or_refused(json.dumps(value, ensure_ascii=ascii_only))


@given(commands, st.data())
def test_no_damaged_command_is_more_than_refused(command, data):
    text = frames.encode(command)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))

    understood_or_refused(text[:start] + data.draw(anything) + text[end:])


@given(commands)
def test_every_command_survives_the_wire(command):
    assert decode(frames.encode(command)) == command
    assert command_id(frames.encode(command)) == command.id


@given(commands)
def test_output_of_other_encoders_is_decoded_too(command):
    fields = msgspec.json.decode(msgspec.json.encode(command))

    assert decode(json.dumps(fields, indent=1)) == command
