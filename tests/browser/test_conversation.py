"""Two people talk in two browsers."""

from __future__ import annotations

import re
import time

from playwright.sync_api import expect

from testing.person import Person
from testing.waiting import wait_until


def test_two_people_talk(alice, bob):
    alice.sends("Hello, is anybody here?")
    bob.sees("Hello, is anybody here?")
    bob.sends("Yes, me")

    alice.sees_exactly(["Hello, is anybody here?", "Yes, me"])
    bob.sees_exactly(["Hello, is anybody here?", "Yes, me"])


def test_an_own_message_appears_once_and_is_marked_as_sent(alice):
    alice.sends("Hello")

    expect(alice.message("Hello")).to_have_attribute("data-state", "sent")
    expect(alice.message("Hello")).to_have_attribute("data-mine", "")
    alice.sees_exactly(["Hello"])


def test_many_messages_in_a_row_keep_their_order(alice, bob):
    texts = [f"Line {number}" for number in range(10)]

    for text in texts:
        alice.sends(text)

    alice.sees_exactly(texts)
    bob.sees_exactly(texts)


def test_a_reload_keeps_the_conversation(alice, bob):
    alice.sends("One")
    bob.sees("One")
    bob.sends("Two")
    alice.sees("Two")

    alice.reloads()

    alice.sees_exactly(["One", "Two"])
    expect(alice.message("One")).to_have_attribute("data-mine", "")
    expect(alice.message("Two")).not_to_have_attribute("data-mine", "")


def test_a_newcomer_sees_earlier_messages(writer, enter):
    writer.sends_and_waits("Before you came")

    carol = enter()

    carol.sees_exactly(["Before you came"])


def test_a_message_appears_only_in_its_room(alice, enter):
    carol = enter("/")
    alice.sends_and_waits("In the room")
    carol.sends_and_waits("In the lobby")

    alice.sees_exactly(["In the room"])
    carol.sees_exactly(["In the lobby"])


def test_shift_enter_makes_a_new_line_which_is_sent(alice, bob):
    alice.field.press_sequentially("Roses")
    alice.field.press("Shift+Enter")
    alice.field.press_sequentially("violets")
    alice.field.press("Enter")

    assert bob.bodies.first.inner_text() == "Roses\nviolets"


def test_an_empty_message_is_not_sent(alice):
    alice.sends(" \n ")
    alice.sends_and_waits("Something")

    alice.sees_exactly(["Something"])


def test_characters_left_are_counted_down_and_a_message_that_is_too_long_stays(alice):
    alice.writes("x" * 3_990)
    counter = alice.page.locator("[data-composer-counter]")
    expect(counter).to_have_text("10 characters left")
    said = alice.page.locator("[data-composer-announcement]")
    expect(said).to_have_text("10 characters left")
    alice.field.press_sequentially("yz")
    expect(counter).to_have_text("8 characters left")
    assert said.text_content() == "10 characters left"  # announced only after a pause

    alice.sends("x" * 4_001)
    expect(counter).to_have_text("1 character too many")
    expect(alice.field).to_have_value("x" * 4_001)
    alice.sends("😀" * 4_000)

    alice.sees_exactly(["😀" * 4_000])


def test_messages_of_one_person_are_grouped(writer, bob):
    writer.sends_and_waits("One")
    writer.sends_and_waits("Two")
    bob.sees("Two")
    bob.sends_and_waits("Three")

    introduced = bob.page.locator(".message[data-introduced] [data-part=body]")
    expect(introduced).to_have_text(["One", "Three"])
    expect(bob.page.locator(".day")).to_have_text(["Today"])


def test_an_empty_room_explains_itself_and_how_to_invite(alice, room):
    empty = alice.page.locator("[data-empty]")
    expect(empty).to_be_visible()
    expect(empty.get_by_role("textbox")).to_have_value(re.compile(rf"{room}$"))

    alice.sends("First")

    expect(empty).to_be_hidden()


def test_a_name_that_no_room_can_have_is_explained(new_context, shared_node):
    page = new_context(base_url=shared_node.url).new_page()

    response = page.goto("/r/No_Such_Room/")

    assert response.status == 404
    expect(page.get_by_role("main")).to_contain_text("No_Such_Room")
    page.get_by_role("link", name="Go to the lobby").click()
    Person(page).connects()


def test_a_new_message_is_announced_to_screen_readers(writer, bob):
    writer.sends_and_waits("Can you hear me?")

    said = bob.page.locator("[data-announcer]")
    expect(said).to_contain_text("Can you hear me?")
    expect(bob.page.get_by_role("log", name="Conversation")).to_be_visible()


def test_only_the_beginning_of_a_long_message_is_announced(writer, bob):
    writer.sends_and_waits("A long story. " * 200)

    said = bob.page.locator("[data-announcer]")
    expect(said).to_contain_text("A long story.")
    assert 250 < len(said.text_content()) < 350
    assert said.text_content().endswith("…")


def test_a_flood_is_drawn_a_few_times_a_second(bob, alice):
    """Otherwise each of 100 messages, 25 ms apart, would be drawn separately."""
    bob.page.evaluate(
        """() => {
            window.draws = [];
            const rows = document.querySelector("[data-messages]");
            const draw = () => window.draws.push(performance.now());
            new MutationObserver(draw).observe(rows, { childList: true });
        }"""
    )

    alice.page.evaluate(
        """async () => {
            const config = JSON.parse(document.querySelector("#chat-config").textContent);
            const origin = location.origin.replace("http", "ws");
            const socket = new WebSocket(origin + config.socket_url);
            await new Promise((resolve) => (socket.onopen = resolve));
            for (let number = 1; number <= 100; number += 1) {
                socket.send(`Message ${number}`);
                await new Promise((resolve) => setTimeout(resolve, 25));
            }
            socket.close();
        }"""
    )

    expect(bob.message("Message 100")).to_be_visible()
    expect(bob.messages).to_have_count(100)
    draws = bob.page.evaluate("window.draws")
    seconds = (draws[-1] - draws[0]) / 1000  # longer on a busy machine
    assert len(draws) <= 10 + 8 * seconds + 3, "the rate of oncePerFrame in dom.js, rounded up"


def test_many_messages_are_announced_as_a_number(carol_and_wire, writer):
    carol, _ = carol_and_wire
    said = carol.page.locator("[data-announcer]")
    carol.page.clock.install()
    carol.page.clock.pause_at(time.time() + 60)
    story = "A long story. " * 12  # ten seconds of speech
    writer.sends_and_waits(story)
    wait_until(lambda: carol.page.clock.run_for(500) or story.strip() in said.text_content())
    for number in range(4):
        writer.sends_and_waits(f"Then {number}")

    wait_until(lambda: carol.page.clock.run_for(20) or carol.message("Then 3").count())
    carol.page.clock.run_for(5_000)
    assert story.strip() in said.text_content()
    carol.page.clock.run_for(5_000)

    expect(said).to_have_text("4 new messages")
