"""Commands that a test sends in a person's name, beside their page."""

from __future__ import annotations

from uuid import uuid4

SEND = """
    async ([type, fields]) => {
        const config = JSON.parse(document.querySelector("#chat-config").textContent);
        const origin = location.origin.replace("http", "ws");
        const socket = new WebSocket(origin + config.socket_url, ["chat.v1"]);
        await new Promise((resolve) => (socket.onopen = resolve));
        const reply = new Promise((resolve) => {
            socket.onmessage = ({ data }) => {
                const frame = JSON.parse(data);
                if (frame.reply_to === 1) resolve(frame);
            };
        });
        socket.send(JSON.stringify({ type, id: 1, ...fields }));
        const frame = await reply;
        socket.close();
        return frame;
    }
"""


def command(person, kind, **fields):
    """Send a command; its ack."""
    ack = person.page.evaluate(SEND, [kind, fields])
    assert ack["type"] == "ack", ack
    return ack


def post(person, body, *, reply_to=None):
    """Post a message; its seq."""
    reply = {} if reply_to is None else {"reply_to_seq": reply_to}
    key = str(uuid4())
    return command(person, "message.post", body=body, client_message_id=key, **reply)["seq"]


def react(person, seq, emoji, *, on=True):
    command(person, "message.react", seq=seq, emoji=emoji, on=on)
