"""The socket, through the real ASGI application."""

from __future__ import annotations

from uuid import uuid4

import pytest

from chat.access import rate_limits
from chat.protocol.errors import CloseCode
from testing.waiting import SECONDS
from tests.sockets import ORIGIN, enter, handshake, plain, refused_with


async def test_a_plain_text_message_comes_back_to_its_sender():
    async with plain("/ws") as hers:
        await hers.send_to("message")

        assert await hers.receive_from() == "message"


async def test_two_people_exchange_messages():
    async with enter() as hers, enter() as his:
        seq = await hers.post("Hello")

        assert await his.bodies(until=seq) == ["Hello"]
        assert await hers.bodies(until=seq) == ["Hello"]


async def test_resending_a_message_does_not_post_it_twice():
    async with enter() as hers, enter() as his:
        same = {"client_message_id": str(uuid4()), "body": "Hello"}

        first = await hers.command("message.post", **same)
        again = await hers.command("message.post", **same)

        assert first["seq"] == again["seq"]
        assert await his.bodies(until=first["seq"]) == ["Hello"]


async def test_the_same_id_with_another_body_is_refused():
    async with enter() as hers:
        seq = await hers.post("Hello", client_message_id=(same := str(uuid4())))

        refusal = await hers.ask("message.post", client_message_id=same, body="Goodbye")

        assert refusal["code"] == "conflict"
        assert refusal["retry_in_ms"] is None
        assert await hers.bodies(until=seq) == ["Hello"]


async def test_a_message_carries_all_that_a_reader_needs():
    async with enter() as hers, enter() as his:
        sent = str(uuid4())
        seq = await hers.post("  Hello\nthere 🦉 ", client_message_id=sent)
        await his.bodies(until=seq)

        (message,) = his.messages
        posted_at = message.pop("posted_at")
        assert message == {
            "seq": seq,
            "changed_seq": seq,
            "client_message_id": sent,
            "author_id": hers.welcome["you"]["author_id"],
            "author_name": hers.welcome["you"]["name"],
            "body": "Hello\nthere 🦉",
        }
        assert posted_at[10] == "T"
        assert posted_at.endswith("Z")
        assert len(posted_at) == len("2025-01-01T00:00:00.000Z")


@pytest.mark.parametrize(
    ("body", "code"),
    [("", "bad_frame"), (" \n\t ", "bad_frame"), ("a\0b", "bad_frame"), ("x" * 4001, "too_large")],
)
async def test_an_invalid_body_is_refused_with_a_reason(body, code):
    async with enter() as hers:
        assert await hers.post("x" * 4000) == 1

        refusal = await hers.ask("message.post", client_message_id=str(uuid4()), body=body)

        assert refusal["code"] == code
        assert await hers.post("Next") == 2


async def test_the_first_frame_describes_the_room_and_you():
    async with enter("my-attic") as hers:
        welcome = hers.welcome
        assert welcome["room"] == {"slug": "my-attic", "title": "My attic"}
        assert welcome["you"] in welcome["people"]
        assert welcome["count"] == 1
        assert (welcome["head"], welcome["reset"]) == (0, False)
        assert welcome["epoch"]
        assert welcome["limits"] == {"body": 4000, "name": 32, "frame": 65536, "page": 100}


async def test_the_welcome_comes_first_even_if_the_client_sends_early():
    communicator = handshake()
    await communicator.send_input({"type": "websocket.connect"})
    await communicator.send_input({"type": "websocket.receive", "text": "early"})
    assert (await communicator.receive_output(SECONDS))["type"] == "websocket.accept"

    assert (await communicator.receive_json_from(SECONDS))["type"] == "welcome"

    await communicator.disconnect(timeout=SECONDS)


async def test_messages_stay_in_their_room():
    async with enter() as hers, enter("attic") as elsewhere:
        await hers.post("In the lobby")
        await elsewhere.post("In the attic")

        assert await hers.bodies(until=1) == ["In the lobby"]
        assert await elsewhere.bodies(until=1) == ["In the attic"]


@pytest.mark.parametrize("path", ["/ws", "/ws/", "/ws/lobby", "/ws/lobby/", "/ws?a=b"])
async def test_the_lobby_has_several_addresses(path):
    async with enter() as hers, plain(path) as his:
        await his.send_to("Hello")

        assert await hers.bodies(until=1) == ["Hello"]


@pytest.mark.parametrize("slug", ["a", "-", "a" * 64, "0-0", "lobby2"])
async def test_a_room_has_its_address_with_and_without_a_slash(slug):
    async with plain(f"/ws/{slug}") as hers, plain(f"/ws/{slug}/") as his:
        await hers.send_to("Hello")

        assert await his.receive_from(timeout=SECONDS) == "Hello"


@pytest.mark.parametrize(
    "path",
    [
        *["/ws/Attic", "/ws/a_b", "/ws/a.b", f"/ws/{'a' * 65}", "/ws/é", "/ws/a b"],
        *["/", "/chat", "/wsx", "/ws/a/b", "/ws//", "/ws/%41", "/ws/\x00"],
    ],
)
async def test_an_invalid_room_address_is_closed_with_its_code(path):
    for subprotocols in ([], ["chat.v1"]):
        assert await refused_with(handshake(path, subprotocols=subprotocols)) == 4504


async def test_another_sites_page_is_closed_with_its_code():
    async with enter(headers=ORIGIN):
        pass
    foreign = [(b"host", b"localhost"), (b"origin", b"http://mallory.example")]

    assert await refused_with(handshake(headers=foreign)) == 4503
    assert await refused_with(handshake("/ws/?", headers=foreign)) == 4503


async def test_a_malformed_origin_is_refused_without_a_traceback(chat_log):
    malformed = [(b"host", b"localhost"), (b"origin", b"http://[")]

    assert await refused_with(handshake(headers=malformed)) == 4503
    assert "Traceback" not in chat_log.text


async def test_nothing_that_a_refused_client_sends_is_stored():
    foreign = [(b"host", b"localhost"), (b"origin", b"http://mallory.example")]
    async with enter() as hers:
        for headers, welcome in ([*ORIGIN], True), (foreign, False):
            communicator = handshake(subprotocols=(), headers=headers)  # one text is one message
            await communicator.connect(timeout=SECONDS)
            if not welcome:
                await communicator.receive_output(SECONDS)  # the close frame
            await communicator.send_to("Allowed" if welcome else "Refused")
            if welcome:
                await communicator.receive_output(SECONDS)
            await communicator.disconnect(timeout=SECONDS)

        last = await hers.post("Quiet here")
        assert await hers.bodies(until=last) == ["Allowed", "Quiet here"]


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([], None),
        (["chat.v2"], None),
        (["graphql-ws", "soap"], None),
        (["chat.v1"], "chat.v1"),
        (["chat.v2", "chat.v1"], "chat.v1"),
    ],
)
async def test_the_subprotocol_chooses_the_format(offered, chosen):
    communicator = handshake(subprotocols=offered)
    assert await communicator.connect(timeout=SECONDS) == (True, chosen)

    await communicator.send_to("Hello")
    answer = await communicator.receive_from(timeout=SECONDS)

    assert answer.startswith('{"type":"welcome"') == bool(chosen)
    assert (answer == "Hello") == (chosen is None)
    await communicator.disconnect(timeout=SECONDS)


@pytest.mark.parametrize(
    "text",
    [
        "  led by spaces",
        "trailing \n",
        "\n\n",
        " ",
        "a\r\nb\tc",
        "👩‍👩‍👧 🦉",
        "\u202eright to left",
        '{"id":1}',
        "x" * 4000,
    ],
)
async def test_plain_text_is_passed_on_exactly(text):
    async with plain() as hers, plain() as his:
        await hers.send_to(text)

        assert await his.receive_from(timeout=SECONDS) == text
        assert await hers.receive_from(timeout=SECONDS) == text


async def test_plain_text_has_no_history_and_one_frame_for_each_message():
    async with enter() as before:
        await before.post("Earlier")

        async with plain() as hers:
            for body in ("One", "Two", "Two"):
                await before.post(body)

            received = [await hers.receive_from(timeout=SECONDS) for _ in range(3)]
            assert received == ["One", "Two", "Two"]
            assert await hers.receive_nothing(0)


async def test_clients_with_and_without_the_protocol_exchange_messages():
    async with enter() as hers, plain() as his:
        await hers.post("In JSON")
        assert await his.receive_from(timeout=SECONDS) == "In JSON"

        await his.send_to(" In plain text ")
        assert await hers.bodies(until=2) == ["In JSON", " In plain text "]
        assert hers.messages[1]["author_id"] != hers.messages[0]["author_id"]


async def test_refused_handshakes_are_held_open_up_to_the_number_of_sockets(
    settings, monkeypatch, still_clock
):
    monkeypatch.setattr(rate_limits, "HANDSHAKES", (1 / 60, 1))
    settings.SOCKETS_PER_ADDRESS, settings.PEOPLE_PER_ADDRESS = 2, 1
    here = {"client": ["192.0.2.1", 1]}
    async with enter(**here):
        refused = [handshake(**here) for _ in range(2)]
        for communicator in refused:
            accepted, _ = await communicator.connect(timeout=SECONDS)
            assert accepted, "it gets a close code"
        one_more = handshake(**here)
        accepted, _ = await one_more.connect(timeout=SECONDS)
        assert not accepted
        async with enter(client=["192.0.2.2", 1]):
            pass
        for communicator in [*refused, one_more]:
            await communicator.disconnect(timeout=SECONDS)

        assert await refused_with(handshake(**here)) == CloseCode.TOO_MANY_SOCKETS
