"""People whose browsers record notifications instead of showing them."""

from __future__ import annotations

from testing.person import Person
from testing.waiting import wait_until

# Records notifications, requests for permission and sounds instead of showing them.
WORLD = """
    window.shown = [];
    window.asked = 0;
    window.heard = 0;
    window.permission = "default";
    window.answer = "granted";
    window.Notification = class extends EventTarget {
        static get permission() { return window.permission; }
        static async requestPermission() {
            window.asked += 1;
            window.permission = window.answer;
            return window.answer;
        }
        constructor(title, options) {
            super();
            Object.assign(this, options, { title, closed: false });
            window.shown.push(this);
        }
        close() { this.closed = true; }
    };
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...when) {
        window.heard += 1;
        return start.apply(this, when);
    };
"""
SHOWN = (
    "window.shown.map(({ title, body }) => `${title}: ${body}`.replace(/[\\u2068\\u2069]/g, ''))"
)


class Reader(Person):
    """A person whose browser records notifications."""

    def __init__(self, page):
        super().__init__(page)
        self.dialog = page.get_by_role("dialog", name="Notifications")

    def chooses(self, about, *, sound=False):
        self.opens_from_the_menu("Notifications")
        self.dialog.get_by_role("radio", name=about).click()
        if sound:
            self.dialog.get_by_role("checkbox", name="Play a sound").check()
        self.page.keyboard.press("Escape")
        return self

    def is_notified_of(self, texts):
        wait_until(lambda: self.page.evaluate(SHOWN) == texts)

    def has(self, name):
        return self.page.evaluate(f"window.{name} ?? null")

    def another_tab(self, path=None):
        return Reader(self.page.context.new_page()).opens(path or self.page.url)


def heading(reader, text):
    return text.format(room=reader.page.locator("h1").text_content())
