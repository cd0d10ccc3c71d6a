"""The admin site: access, what can be changed, and that it adds no cost for visitors."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import uuid4

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat.access.guests import COOKIE, guest_from
from chat.access.rate_limits import Rate, Rates
from chat.admin import login
from chat.models import Act, Message, Room
from chat.services.messages import write_log
from chat.services.moderation.keys import new_key
from chat.services.moderation.reports import report
from chat.services.moderation.state import load_moderation
from chat.services.writes import Delete, Edit
from tests.database_threads import executing, in_readers
from tests.moderators import ALICE, MO, appoint, person, remove
from tests.posts import post, posts
from tests.sockets import enter

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _attempts_of_its_own():
    login._rates = Rates(lambda: Rate(*login.ATTEMPTS))


@pytest.fixture
def admin():
    """A client that is signed in."""
    User.objects.create_superuser("admin", password=PASSWORD)
    client = Client()
    assert sign_in(client).status_code == 302
    return client


def sign_in(client, password=PASSWORD, **headers):
    form = {"username": "admin", "password": password, "next": "/admin/"}
    return client.post("/admin/login/", form, **headers)


def test_strangers_are_asked_to_sign_in(client):
    for path in ("/admin/", "/admin/chat/room/", "/admin/chat/message/"):
        assert "/admin/login/" in client.get(path).headers["Location"]


async def test_visitors_get_no_session_and_cost_no_query_more(admin):
    await sync_to_async(write_log)(posts(1))
    mine = (await sync_to_async(admin.get)("/")).cookies[COOKIE].value
    queries = []

    def note(execute, sql, *args):
        queries.append(sql)
        return execute(sql, *args)

    def visit():
        with CaptureQueriesContext(connection) as seen:
            response = admin.get("/")
        queries.extend(query["sql"] for query in seen.captured_queries)
        return response

    async with executing(note, in_readers):
        response = await sync_to_async(visit)()

    assert (
        guest_from({COOKIE: response.cookies[COOKIE].value}).key == guest_from({COOKIE: mine}).key
    )
    tables = " ".join(queries)
    assert "chat_room" in tables
    assert "auth_user" not in tables
    assert "django_session" not in tables
    assert set((await sync_to_async(Client().get)("/")).cookies) == {COOKIE, "csrftoken"}
    assert admin.cookies["chat_admin"]["path"] == "/admin/"
    assert admin.cookies["chat_admin"]["httponly"]


def test_rooms_and_messages_are_listed_and_searched(admin):
    write_log([*posts(2), *posts(1, slug="attic", author="bob")])

    rooms = admin.get("/admin/chat/room/").content.decode()
    messages = admin.get("/admin/chat/message/", {"q": "attic"}).content.decode()

    assert "lobby" in rooms
    assert "attic" in rooms
    assert "Bob" in messages
    assert "Alice" not in messages


def test_listing_many_messages_takes_as_many_queries_as_listing_one(admin):
    counts = []
    for more in (1, 49):
        write_log(posts(more, slug=f"room-{more}"))
        with CaptureQueriesContext(connection) as seen:
            admin.get("/admin/chat/message/")
        counts.append(len(seen))

    assert counts[0] == counts[1]


def test_messages_are_listed_as_they_are_now(admin):
    write_log([*posts(2), post("My password is hunter2")])
    write_log([replace(post("Yes"), reply_to_seq=1)])
    write_log([Edit("lobby", "alice", 2, "Two"), Delete("lobby", "alice", 3)])

    page = admin.get("/admin/chat/message/").content.decode()

    shown = re.findall(r'field-excerpt">(.*?)<.*?field-changes">(.*?)<', page)
    assert shown == [("Yes", "Reply to 1"), ("-", "Message deleted"), ("Two", "edited"), ("1", "-")]
    assert "hunter2" not in page


def test_the_lists_show_titles_retention_and_links(admin, settings):
    settings.RETENTION_DAYS = 0
    write_log([*posts(2, slug="attic"), *posts(1)])
    Room.objects.filter(slug="lobby").update(retention_days=30)

    rooms = admin.get("/admin/chat/room/").content.decode()
    messages = admin.get("/admin/chat/message/").content.decode()

    for words in ("forever", "30 days", "Number of the latest change"):
        assert words in rooms
    for words in (">Attic<", "Posted (UTC)", '<a href="/r/attic/#2">Open</a>', '<a href="/#1">'):
        assert words in messages


def test_messages_are_read_only_and_rooms_cannot_be_created_or_deleted(admin):
    write_log(posts(1))
    message, room = Message.objects.get(), Room.objects.get()
    assert admin.get(f"/admin/chat/message/{message.pk}/change/").status_code == 200

    for path in (
        "/admin/chat/message/add/",
        f"/admin/chat/message/{message.pk}/change/",
        f"/admin/chat/message/{message.pk}/delete/",
        "/admin/chat/room/add/",
        f"/admin/chat/room/{room.pk}/delete/",
    ):
        assert admin.post(path, {"body": "Changed", "post": "yes"}).status_code == 403

    action = {"action": "delete_selected", "_selected_action": message.pk, "post": "yes"}
    admin.post("/admin/chat/message/", action)
    assert Message.objects.get().body == "1"


async def test_a_new_title_reaches_new_visitors_and_changes_nothing_else(admin, quick_polls):
    async with enter("attic") as hers:
        await hers.post("Hello")
        room = await Room.objects.aget(slug="attic")
        form = {"title": "The attic", "retention_days": "7"}
        saved = await sync_to_async(admin.post)(f"/admin/chat/room/{room.pk}/change/", form)
        assert saved.status_code == 302

        async def title():
            async with enter("attic") as his:
                return his.welcome["room"]["title"]

        for _ in range(100):
            if await title() == "The attic":
                break
        assert await title() == "The attic"
        assert await hers.post("Nobody was sent away") == 2
    changed = await Room.objects.aget(slug="attic")
    assert (changed.title, changed.retention_days) == ("The attic", 7)
    assert (changed.head, changed.epoch) == (2, room.epoch)


def test_a_misleading_title_is_refused_and_an_empty_one_is_not(admin):
    room = Room.objects.create(slug="attic", title="Attic", epoch="e")
    path = f"/admin/chat/room/{room.pk}/change/"

    refused = admin.post(path, {"title": "evil\u202egnp.exe", "retention_days": ""})
    assert b"errorlist" in refused.content
    room.refresh_from_db()
    assert room.title == "Attic"

    assert admin.post(path, {"title": "", "retention_days": ""}).status_code == 302
    room.refresh_from_db()
    assert (room.title, room.retention_days) == ("", None)


MODERATION = ("act", "role", "heldmessage", "report")


@pytest.fixture
def moderated():
    """Two messages, one of which mo has removed and alice reported; and one that waits."""
    appoint()
    write_log([*posts(2, author="mallory"), replace(post("Buy!", author="carol"), held=True)])
    report("lobby", person(ALICE), 2, "This is spam")
    return remove(MO, 1)


def test_what_moderators_did_and_what_waits_is_listed_and_read_only(admin, moderated):
    pages = {}
    for name in MODERATION:
        pages[name] = admin.get(f"/admin/chat/{name}/").content.decode()
        row = apps.get_model("chat", name).objects.first()
        path = f"/admin/chat/{name}/{row.pk}"
        assert admin.get(f"{path}/change/").status_code == 200
        for change in (f"{path}/change/", f"{path}/delete/", f"/admin/chat/{name}/add/"):
            assert admin.post(change, {"post": "yes"}).status_code == 403

    assert "Mallory" in pages["act"]
    assert '<a href="/#1">Open</a>' in pages["act"]
    assert "Olivia" in pages["role"]
    assert "Buy!" in pages["heldmessage"]
    assert "This is spam" in pages["report"]


def test_staff_undo_acts_in_the_list(admin, moderated):
    approved = Act.objects.create(room=Room.objects.get(), key=uuid4(), kind="approve")
    removed = Act.objects.get(key=moderated)
    form = {"action": "undo", "_selected_action": [removed.pk, approved.pk]}

    page = admin.post("/admin/chat/act/", form, follow=True).content.decode()

    assert "1 act was undone" in page
    assert "This cannot be undone" in page
    assert Message.objects.get(seq=1).body == "1"
    removed.refresh_from_db()
    assert removed.undone_by_name == "admin"


def test_staff_who_may_only_look_undo_nothing(moderated):
    user = User.objects.create_user("viewer", password=PASSWORD, is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_act"))
    client = Client()
    client.force_login(user)
    form = {"action": "undo", "_selected_action": [Act.objects.get(key=moderated).pk]}
    assert client.get("/admin/chat/act/").status_code == 200

    client.post("/admin/chat/act/", form)

    assert Message.objects.get(seq=1).removed


def test_staff_become_an_owner_as_the_guest_of_their_browser(admin):
    room = Room.objects.lobby()
    path = f"/admin/chat/room/{room.pk}/change/"
    assert "Become an owner" in admin.get(path).content.decode()
    form = {"title": "", "retention_days": "", "_become_owner": "Become an owner"}

    page = admin.post(path, form, follow=True).content.decode()
    assert "This browser has no guest yet" in page
    admin.get("/")
    guest = guest_from({COOKIE: admin.cookies[COOKIE].value}).person
    page = admin.post(path, form, follow=True).content.decode()

    assert f"{guest.name} is an owner of this room now" in page
    assert load_moderation("lobby").role_of(guest.author_id) == "owner"


def test_a_rooms_page_does_not_show_the_hash_of_its_owner_link(admin):
    room = Room.objects.lobby()
    new_key("lobby")
    room.refresh_from_db()

    page = admin.get(f"/admin/chat/room/{room.pk}/change/").content.decode()

    assert room.key_hash
    assert room.key_hash not in page


def test_password_guessing_is_rate_limited(admin, still_clock):
    login._rates = Rates(lambda: Rate(*login.ATTEMPTS))  # the fixture signed in by another clock
    stranger = Client()
    statuses = [sign_in(stranger, f"wrong {number}") for number in range(5)]
    assert all(b"correct" in response.content for response in statuses)

    assert b"Too many attempts. Try again in" in sign_in(stranger).content, "even the right one"
    assert sign_in(Client(), REMOTE_ADDR="192.0.2.7").status_code == 302, "from elsewhere"
    still_clock.now += 31

    assert sign_in(stranger).status_code == 302
