"""Scrolling through a long history: nothing is missed, nothing jumps, the page stays small."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from chat.protocol.frames import MAX_REPLAY
from testing.person import PHONE

COUNT = 1_200  # three times the rows that the page keeps
MOST_ROWS = 400  # messages and headings on the page at once

# Scrolls by almost a window's height until it can go no further; tells which messages came into
# sight, in that order, how many rows the page had at most, and how far anything moved by itself.
WALK = """async ({ direction, seconds }) => {
    const stream = document.querySelector("[data-stream]");
    const rows = document.querySelector("[data-messages]").children;
    const frame = () => new Promise(requestAnimationFrame);
    const seqOf = ({ dataset }) => Number(dataset.seq);
    const inSight = () => {
        const { top, bottom } = stream.getBoundingClientRect();
        return [...rows].filter((row) => {
            const box = row.getBoundingClientRect();
            return row.dataset.seq && box.bottom > top && box.top < bottom;
        });
    };
    const seen = [];
    let [most, worst] = [0, 0];
    for (const deadline = performance.now() + seconds * 1000; performance.now() < deadline; ) {
        const sight = inSight();
        const fresh = sight.map(seqOf).filter((seq) => !seen.includes(seq));
        seen.push(...(direction < 0 ? fresh.reverse() : fresh));
        most = Math.max(most, rows.length);

        const anchor = sight[sight.length >> 1];
        const [place, top] = [anchor.getBoundingClientRect().bottom, stream.scrollTop];
        stream.scrollTop += direction * 0.8 * stream.clientHeight;
        const moved = stream.scrollTop - top;
        const part = document.querySelector(direction < 0 ? "[data-older]" : "[data-newer]");
        if (moved === 0 && part.hidden) return { seen, most, worst };
        await frame();
        await frame();
        if (!anchor.isConnected) throw new Error("what was in sight is gone");
        worst = Math.max(worst, Math.abs(anchor.getBoundingClientRect().bottom - place + moved));
    }
    throw new Error(`not through after ${seconds} s: ${seen.length} messages`);
}"""


@pytest.fixture
def reader(enter, writer):
    writer.sends_many([f"Message {number}" for number in range(1, COUNT + 1)])
    reader = enter()
    reader.sees(f"Message {COUNT}")
    return reader


def walk(person, direction):
    return person.page.evaluate(WALK, {"direction": direction, "seconds": 60})


def test_a_long_history_is_scrolled_to_its_first_message_and_back(reader, writer):
    up = walk(reader, -1)
    expect(reader.page.locator("[data-beginning]")).to_be_in_viewport()
    expect(reader.page.locator("[data-latest]")).to_have_text("Latest messages")
    writer.sends_and_waits("Said meanwhile")
    expect(reader.page.locator("[data-latest]")).to_have_text("1 new message")
    down = walk(reader, +1)

    assert up["seen"] == list(range(COUNT, 0, -1))
    assert down["seen"] == list(range(1, COUNT + 2))
    assert max(up["most"], down["most"]) <= MOST_ROWS
    assert max(up["worst"], down["worst"]) <= 1
    expect(reader.page.locator("[data-latest]")).to_be_hidden()
    writer.sends_and_waits("And now?")
    expect(reader.message("And now?")).to_be_in_viewport()


def test_a_reader_of_older_messages_stays_there_when_the_screen_is_rotated(writer, enter):
    writer.sends_many([f"Line {number}\n{'which is long ' * 20}" for number in range(60)])
    reader = enter(**PHONE)
    row = reader.messages.filter(has_text="Line 40")
    row.evaluate("e => e.scrollIntoView({block: 'start'})")
    expect(reader.page.locator("[data-latest]")).to_be_visible()
    before = row.bounding_box()

    reader.page.set_viewport_size({"width": 740, "height": 360})
    reader.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )

    after = row.bounding_box()
    assert after["height"] < before["height"]
    moved = (after["y"] + after["height"]) - (before["y"] + before["height"])
    assert abs(moved) <= 2


def test_a_reader_of_older_messages_stays_there_after_a_reset(carol_and_wire, writer):
    carol, wire = carol_and_wire
    writer.sends_many([f"Message {number}" for number in range(1, 81)])
    carol.sees("Message 80")
    carol.message("Message 40").evaluate("e => e.scrollIntoView({block: 'start'})")
    expect(carol.page.locator("[data-latest]")).to_be_visible()
    carol.field.focus()
    wire.cut()
    carol.loses_the_connection()
    writer.sends_many([f"More {number}" for number in range(MAX_REPLAY + 1)])

    wire.restore()
    carol.connects()

    expect(carol.message("Message 80")).to_have_count(0)
    expect(carol.message("Message 40")).to_be_in_viewport()
    expect(carol.field).to_be_focused()
    expect(carol.message(f"More {MAX_REPLAY}")).to_have_count(0)
    expect(carol.message("Message 41")).to_be_in_viewport()
