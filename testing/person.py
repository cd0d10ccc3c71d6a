"""A person at a browser: what they do, and what they see."""

from __future__ import annotations

from playwright.sync_api import expect

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}


class Person:
    def __init__(self, page):
        self.page = page
        self.field = page.get_by_role("textbox", name="Message to")
        self.messages = page.locator(".message")
        self.bodies = page.locator(".message [data-part=body]")
        self.status = page.locator("[data-status-line]")

    def opens(self, path):
        self.page.goto(path)
        return self.connects()

    def reloads(self):
        self.page.reload()
        return self.connects()

    def connects(self, *, timeout=None):
        expect(self.page.locator("[data-chat]")).to_have_attribute(
            "data-connection", "connected", timeout=timeout
        )
        expect(self.page.locator("[data-rendered]")).to_have_count(0)  # the server's own picture
        expect(self.page.locator("[data-rooms-list] li")).not_to_have_count(0)  # the panels
        return self

    def loses_the_connection(self):
        expect(self.page.locator("[data-chat]")).not_to_have_attribute(
            "data-connection", "connected"
        )

    def writes(self, text):
        self.field.fill(text)

    def sends(self, text):
        self.writes(text)
        self.field.press("Control+Enter")  # on phones Enter alone is a new line

    def sends_and_waits(self, text):
        """Send a message, and wait until the server has stored it."""
        self.sends(text)
        expect(self.message(text).last).to_have_attribute("data-state", "sent")

    def renames(self, name):
        field = self.page.get_by_role("textbox", name="Your name")
        if not field.is_visible():  # it is, at a first visit
            self.page.get_by_role("button", name="Change your name").click()
        field.fill(name)
        field.press("Enter")
        expect(field).to_be_hidden()

    def lists_the_shortcuts(self):
        """By the key that does so while a message is selected."""
        self.page.locator("[data-stream]").focus()
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("?")

    def opens_from_the_menu(self, name):
        self.page.get_by_role("button", name="More", exact=True).click()
        self.page.locator("[data-menu]").get_by_role("button", name=name).click()

    def points_at(self, text):
        """Move the mouse over a message, or tap it; its actions are beside it then."""
        bubble = self.message(text).locator(".message__bubble")
        if self.page.evaluate("matchMedia('(pointer: coarse)').matches"):
            bubble.tap()
        else:
            bubble.hover()
        expect(self.message(text).get_by_role("group", name="Message actions")).to_be_visible()

    def opens_the_menu_of(self, text):
        self.points_at(text)
        self.message(text).get_by_role("button", name="All actions").click()
        expect(self.page.get_by_role("menu", name="Message actions")).to_be_visible()

    def edits(self, text, new):
        self.opens_the_menu_of(text)
        self.page.get_by_role("menuitem", name="Edit").click()
        self.sends(new)

    def deletes(self, text):
        self.opens_the_menu_of(text)
        self.page.get_by_role("menuitem", name="Delete").click()
        expect(self.page.get_by_role("dialog", name="Delete this message?")).to_be_visible()
        self.page.keyboard.press("Enter")

    def message(self, text):
        return self.messages.filter(has=self.page.get_by_text(text, exact=True))

    def sees(self, text):
        expect(self.message(text)).to_be_visible()

    def sees_exactly(self, texts):
        """These messages, each once, in this order, and all of them in the log."""
        expect(self.bodies).to_have_text(texts)
        expect(self.page.locator(".message[data-seq]")).to_have_count(len(texts))

    def looks_away(self, away=True):
        """Hide the page, as switching to another tab does."""
        self.page.evaluate(
            """(away) => {
                Object.defineProperty(document, "hidden", { value: away, configurable: true });
                document.dispatchEvent(new Event("visibilitychange"));
            }""",
            away,
        )

    def looks_back(self):
        self.looks_away(False)

    def another_tab(self):
        return Person(self.page.context.new_page()).opens(self.page.url)

    def sends_many(self, texts):
        """Send many messages at once over a socket without a subprotocol."""
        self.page.evaluate(
            """async (texts) => {
                const config = JSON.parse(document.querySelector("#chat-config").textContent);
                const origin = location.origin.replace("http", "ws");
                const socket = new WebSocket(origin + config.socket_url);
                await new Promise((resolve) => (socket.onopen = resolve));
                const last = texts.at(-1);
                const echoed = new Promise((resolve) => {
                    socket.onmessage = ({ data }) => data === last && resolve();
                });
                texts.forEach((text) => socket.send(text));
                await echoed;
                socket.close();
            }""",
            texts,
        )

    def asks(self, kind, fields):
        """Send a command over a socket of its own; its reply."""
        return self.page.evaluate(
            """async ([type, fields]) => {
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
            }""",
            [kind, fields],
        )
