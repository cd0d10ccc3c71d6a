"""What moderators have removed, as everybody in the room sees it."""

from __future__ import annotations

from datetime import UTC, datetime

from playwright.sync_api import expect

from chat.protocol.frames import timestamp
from tests.browser.commands import post


def sweep(seq, author_id, *, on=True, first=1, last=None):
    """A frame in which somebody's messages were removed, or restored."""
    swept = {"seq": seq, "author_id": author_id, "first": first, "last": last or seq - 1}
    swept |= {"on": on, "at": timestamp(datetime.now(UTC))}
    return {
        "type": "room.changed",
        "after": seq - 1,
        "head": seq,
        "messages": [],
        "sweeps": [swept],
    }


def id_of(person):
    """The reader's author_id."""
    return person.page.evaluate("""async () => {
        const config = JSON.parse(document.querySelector("#chat-config").textContent);
        const origin = location.origin.replace("http", "ws");
        const socket = new WebSocket(origin + config.socket_url, ["chat.v1"]);
        const { you } = await new Promise((resolve) => {
            socket.onmessage = ({ data }) => resolve(JSON.parse(data));
        });
        socket.close();
        return you.author_id;
    }""")


def test_swept_messages_are_one_line_and_come_back_when_they_are_restored(alice, carol_and_wire):
    carol, wire = carol_and_wire
    for text in ("Buy gold", "Buy more gold", "Buy all the gold"):
        alice.sends_and_waits(text)
    post(carol, "What is that?", reply_to=1)
    carol.sees("What is that?")
    quote = carol.message("What is that?").locator(".message__quote")
    expect(quote).to_contain_text("Buy gold")

    wire.send(sweep(5, id_of(alice)))

    carol.sees_exactly(["3 messages removed by a moderator", "What is that?"])
    expect(quote).to_contain_text("Removed by a moderator")
    assert "gold" not in carol.page.locator("[data-stream]").inner_html()

    wire.send(sweep(6, id_of(alice), on=False, last=4))

    carol.sees_exactly(["Buy gold", "Buy more gold", "Buy all the gold", "What is that?"])
    expect(quote).to_contain_text("Buy gold")


def test_one_removed_message_says_so(alice, carol_and_wire):
    carol, wire = carol_and_wire
    alice.sends_and_waits("Buy gold")
    carol.sees("Buy gold")

    wire.send(sweep(2, id_of(alice)))

    carol.sees_exactly(["Removed by a moderator"])
    expect(carol.messages.first).to_have_attribute("data-deleted", "1")
