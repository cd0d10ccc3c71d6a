"""A room as JSON Lines and as a page; user text stays text."""

from __future__ import annotations

import io
import json
import re
import tracemalloc
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat.models import Message, Room
from chat.protocol import frames
from chat.services.messages import write_log
from chat.services.writes import Delete, Edit, React
from tests.posts import post, posts

pytestmark = pytest.mark.django_db(transaction=True)


def export(*options):
    out = io.StringIO()
    call_command("export", *options, stdout=out)
    return out.getvalue()


def test_json_lines_hold_the_messages_as_on_the_wire(tmp_path):
    write_log([post("One\n\u2028{"), post("Zwei 🦉", author="bob"), post("No", slug="attic")])
    file = tmp_path / "lobby.jsonl"

    export("lobby", "-o", file)

    assert export("lobby") == file.read_text(encoding="utf-8")
    room, *messages = map(json.loads, file.read_text(encoding="utf-8").split("\n")[:-1])
    assert (room["slug"], room["title"]) == ("lobby", "Lobby")
    assert [(each["seq"], each["body"]) for each in messages] == [
        (1, "One\n\u2028{"),
        (2, "Zwei 🦉"),
    ]
    stored = Message.objects.get(body="Zwei 🦉").as_frame()
    assert messages[1] == json.loads(frames.encode(stored))


def test_both_kinds_show_edits_deletions_replies_and_reactions(client):
    write_log([post("Where?"), post("My password is hunter2"), post("Helo", author="bob")])
    write_log([replace(post("Here"), reply_to_seq=1), Edit("lobby", "bob", 3, "Hello")])
    write_log([Delete("lobby", "alice", 2), React("lobby", "eve", "Eve", 1, "👍", on=True)])

    lines, page = export("lobby"), export("lobby", "--format", "html")

    _room, *messages = map(json.loads, lines.splitlines())
    stored = Message.objects.order_by("seq")
    assert messages == [json.loads(frames.encode(each.as_frame())) for each in stored]
    assert "hunter2" not in lines + page
    first, deleted, edited, reply = articles(page)
    assert re.search(r'title="Eve"><span [^>]*>👍</span> 1</li>', first)
    assert "Message deleted" in deleted
    assert ">edited</time>" in edited
    assert re.search(r'<a class="message__quote" href="#1".*Where\?', reply)
    assert "<form" not in page
    assert articles(client.get("/").text)[:3] == [first, deleted, edited]


class Texts(HTMLParser):
    """The content of the page, and whether anything in it could run or load."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text += data


def test_the_page_shows_user_text_as_text_and_is_self_contained(tmp_path):
    Room.objects.create(slug="attic", title="</title><b>Attic", epoch="e")
    evil = "</p><script>alert(1)</script><img src=x onerror=alert(1)> & \"'\nnext"
    write_log([post(evil, slug="attic", author="<i>mallory</i>")])
    file = tmp_path / "attic.html"

    export("attic", "-o", file)

    page = Texts(file.read_text(encoding="utf-8"))
    assert evil in page.text
    assert "<i>mallory</i>" in page.text
    assert page.text.count("</title><b>Attic") == 2
    assert not page.tags & {"script", "img", "b", "i", "link", "iframe"}
    assert not page.attributes & {"src", "onerror", "style"}
    assert page.text.index("<i>mallory") < page.text.index("next")


def test_the_page_draws_and_groups_messages_as_the_room_does(client, tmp_path):
    write_log([post("Hello https://example.org"), post("Again"), post("Hi", author="bob")])

    exported = articles(export("lobby", "--format", "html"))

    assert len(exported) == 3
    assert exported == articles(client.get("/").text)
    assert ["data-introduced" in article for article in exported] == [True, False, True]


def articles(page):
    """The messages that the server rendered, without the template for the modules and the links
    to what can be done with them."""
    page = re.sub(r"\s*<noscript>.*?</noscript>", "", page, flags=re.DOTALL)
    return re.findall(r"<article [^>]*id=.*?</article>", page, re.DOTALL)


def test_a_missing_room_and_an_existing_file_are_refused_with_the_reason(tmp_path):
    write_log([post()])
    with pytest.raises(CommandError, match=r"room 'attic'.*/r/"):
        export("attic")
    (tmp_path / "file.html").write_text("mine")

    with pytest.raises(CommandError, match=r"file\.html exists"):
        export("lobby", "-o", tmp_path / "file.html")

    assert (tmp_path / "file.html").read_text() == "mine"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="one is enough")
def test_a_long_room_needs_no_more_memory_than_a_short_one(tmp_path):
    room = Room.objects.lobby()
    count, size = 6_000, 4_000
    for start in range(0, count, 1_000):
        rows = [
            Message(
                room=room, seq=seq, changed_seq=seq, author_id="a", author_name="A",
                client_message_id=each.client_message_id, body="x" * size,
            )
            for seq, each in enumerate(posts(1_000), start=start + 1)
        ]  # fmt: skip
        Message.objects.bulk_create(rows)
    Room.objects.update(head=count)
    del rows

    tracemalloc.start()
    export("lobby", "-o", tmp_path / "lobby.jsonl")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (tmp_path / "lobby.jsonl").stat().st_size > count * size
    assert peak < count * size / 2, f"{peak} bytes"
