"""The admin site in a browser: below a path prefix, under the chat's strict policy."""

from __future__ import annotations

from playwright.sync_api import expect

from testing import processes
from tests.managing import manage

PASSWORD = "correct horse battery"


def test_an_operator_signs_in_and_renames_a_room_and_the_policy_blocks_nothing(new_context):
    url = "http://chat.example/chat"
    with processes.chat_node(command=processes.DAPHNE, PUBLIC_URL=url) as node:
        account = {"DJANGO_SUPERUSER_USERNAME": "admin", "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
        account["DJANGO_SUPERUSER_EMAIL"] = "admin@chat.example"
        manage("createsuperuser", "--noinput", DATA_DIR=node.data_dir, **account)
        context = new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        errors = []  # also of blocked and missing files
        page.on("console", lambda said: said.type == "error" and errors.append(said.text))
        page.goto(f"{node.url}/chat/")

        page.goto(f"{node.url}/chat/admin/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Log in")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.locator("#site-name")).to_have_text("chat.example")
        page.get_by_role("link", name="Rooms").first.click()
        page.get_by_role("link", name="lobby").click()
        page.get_by_label("Title").fill("Front room")
        page.get_by_label("Retention days").fill("30")
        page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_text("was changed successfully").wait_for()

        (session,) = (each for each in context.cookies() if each["name"] == "chat_admin")
        assert session["path"] == "/chat/admin/"
        page.goto(f"{node.url}/chat/")
        page.get_by_text("Messages are kept for 30 days.").first.wait_for(state="attached")
        assert page.title().endswith("Front room")
        assert not errors
