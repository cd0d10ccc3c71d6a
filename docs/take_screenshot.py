"""`make readme-pictures`: people talk on a server of their own; the README shows what one sees."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from testing import processes
from testing.person import Person

ROOM = "/r/street-party/"
OTHER_ROOMS = {"/r/book-club/": "Chapter four by Thursday?", "/r/allotment/": "Beans are up!"}
HOST = "chat.example.org"
SIZE = {"width": 1360, "height": 760}
READER = "Lena"
TALK = [
    ("Mara", "Morning! Did anybody see where the keys to the bike shed went?"),
    ("Jonas", "On the hook behind the door, as always"),
    ("Jonas", "The plan for Saturday is here: https://example.org/saturday"),
    ("Noura", "Looks good. Who brings the projector, and do we have enough chairs?"),
    ("Lena", "I can bring the projector"),
    ("Lena", "For chairs I will ask next door, last time they lent us ten"),
    ("Mara", "Then all we need is the weather"),
]
STILL_TYPING = "Jonas"
FOLDER = Path(__file__).parent


def main() -> None:
    program = processes.find_program("chromium") or "chromium"
    settings = {"ALLOWED_HOSTS": HOST, "MESSAGE_RATE": 0, "COMMAND_RATE": 0}
    with processes.chat_node(**settings) as node, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            chromium_sandbox=False,
            args=[f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{node.port}"],
        )
        reader = talk(browser, f"http://{HOST}")
        for scheme in ("light", "dark"):
            reader.page.emulate_media(color_scheme=scheme)
            reader.page.screenshot(path=FOLDER / f"screenshot-{scheme}.png")
        browser.close()


def talk(browser: Browser, url: str) -> Person:
    """All that is said, and typed; the page of the one who reads it."""
    people = {}
    for name in dict.fromkeys(name for name, _ in TALK):
        context = browser.new_context(
            base_url=url,
            viewport=SIZE,
            locale="en-GB",
            timezone_id=morning(),
            reduced_motion="reduce",
        )
        people[name] = Person(context.new_page())
        for room, text in OTHER_ROOMS.items() if name == READER else ():
            people[name].opens(room)
            people[name].sends_and_waits(text)
        people[name].opens(ROOM)
        people[name].renames(name)
    for name, text in TALK:
        people[name].sends_and_waits(text)
    reader = people[READER]
    reader.sees(TALK[-1][1])
    reader.writes("See you on Saturday")
    reader.page.mouse.move(0, 0)
    people[STILL_TYPING].field.press_sequentially("Sunshine")
    expect(reader.page.locator("[data-typing]")).to_contain_text(STILL_TYPING)
    return reader


def morning() -> str:
    """A time zone where it is ten o'clock. Etc/GMT+3 is three hours behind Greenwich."""
    behind = datetime.now(UTC).hour - 10
    return f"Etc/GMT{behind if behind <= 12 else behind - 24:+d}"


if __name__ == "__main__":
    main()
