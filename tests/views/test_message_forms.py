"""What can be done with messages without JavaScript: the page of a message and its forms."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from django.test import Client

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat.models import Message, Reaction
from chat.protocol.frames import MAX_BODY, MAX_SEQ
from chat.services.messages import write_log
from chat.views.message_page import message_page
from tests.posts import post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice():
    """Somebody who has loaded the page, and checks CSRF tokens as any browser."""
    return visitor("Alice")


@pytest.fixture
def bob():
    return visitor("Bob")


def visitor(name):
    client = Client(enforce_csrf_checks=True)
    client.get("/r/attic/")
    assert send(client, "/name/", name=name).status_code == 200
    return client


def send(client, path, **fields):
    token = client.cookies["csrftoken"].value
    return client.post(path, fields | {"csrfmiddlewaretoken": token})


def says(client, body, **fields):
    """Post with the form of the room's page; returns the message."""
    page = client.get("/r/attic/").text
    form_id = re.search(r'name="client_message_id" value="([^"]+)"', page)[1]
    fields = {"client_message_id": form_id, "body": body} | fields
    answer = send(client, "/r/attic/say/", **fields)
    assert answer.status_code == 303, answer.text
    return Message.objects.latest("pk")


def test_the_author_edits_a_message_and_returns_to_its_place(alice):
    says(alice, "Helo **there**")
    page = alice.get("/r/attic/1/?at=1").text
    assert "Helo **there**</textarea>" in page

    answer = send(alice, "/r/attic/1/edit/?at=1", body=" Hello\r\nthere ")

    assert (answer.status_code, answer["Location"]) == (303, "/r/attic/?at=1#1")
    assert Message.objects.get().body == "Hello\nthere"


def test_the_author_deletes_a_message_and_its_place_stays(alice, bob):
    says(alice, "My password is hunter2")
    says(bob, "Noted", reply_to_seq="1")
    assert "Delete your message" in alice.get("/r/attic/1/").text

    answer = send(alice, "/r/attic/1/delete/")

    assert (answer.status_code, answer["Location"]) == (303, "/r/attic/#1")
    for page in (alice.get("/r/attic/").text, bob.get("/r/attic/1/").text):
        assert "hunter2" not in page
        assert "Message deleted" in article(page, 1)
    assert "Message deleted" in article(bob.get("/r/attic/").text, 2), "the reply's quote"


def test_deleted_messages_in_a_row_are_one_line_with_all_their_links(alice, bob):
    says(alice, "One")
    says(bob, "Two")
    for client, seq in ((alice, 1), (bob, 2)):
        send(client, f"/r/attic/{seq}/delete/")

    page = alice.get("/r/attic/").text

    assert page.count('class="message"') == 2, "with the template"
    line = article(page, 1)
    assert "2 messages deleted" in line
    assert '<span id="2"></span>' in line
    assert "Alice" not in line


def test_anybody_reacts_and_takes_it_back(alice, bob):
    says(alice, "Hello")
    page = bob.get("/r/attic/1/").text
    assert '<button class="button" name="set" value="👍" title="thumbs up"' in page

    assert send(bob, "/r/attic/1/react/", set="👍").status_code == 303
    assert send(alice, "/r/attic/1/react/", set="🦉").status_code == 303
    page = bob.get("/r/attic/1/").text
    assert re.search(
        r'<li class="message__reaction" title="Bob"><span [^>]*>👍</span> 1</li>', page
    )
    assert 'name="remove" value="👍"' in page
    assert 'name="set" value="🦉"' in page, "others' reactions can be joined"

    assert send(bob, "/r/attic/1/react/", remove="👍").status_code == 303
    assert list(Reaction.objects.values_list("emoji", flat=True)) == ["🦉"]


def test_a_reply_is_written_in_the_composer_and_quotes_its_target_as_it_is_now(alice, bob):
    says(alice, "Where is **it**?\nI looked")
    link = '<a class="button button--strong" href="/r/attic/?reply=1#composer-field">'
    assert link in bob.get("/r/attic/1/").text
    page = bob.get("/r/attic/?reply=1").text
    assert '<input type="hidden" name="reply_to_seq" value="1" form="composer">' in page
    assert "Where is it? I looked" in page.partition("Replying to")[2]

    reply = says(bob, "Here", reply_to_seq="1")
    send(alice, "/r/attic/1/edit/", body="Who is <there>?")

    assert reply.reply_to_seq == 1
    quote = article(bob.get("/r/attic/").text, reply.seq)
    assert 'href="/r/attic/?at=1#1"' in quote
    assert re.search(r"Alice</bdi> <span [^>]*>Who is &lt;there&gt;\?</span>", quote)
    Message.objects.filter(seq=1).delete()
    assert "No longer kept" in article(bob.get("/r/attic/").text, reply.seq)


def test_a_refused_reply_still_replies(alice, bob):
    says(alice, "Hello")
    fields = {"client_message_id": "nonsense", "body": "Hi", "reply_to_seq": "1"}

    refused = send(bob, "/r/attic/say/", **fields)

    assert refused.status_code == 400
    assert 'name="reply_to_seq" value="1"' in refused.text
    fields["reply_to_seq"] = "99"
    fields["client_message_id"] = "0190a3c4-5d6e-4f70-8a1b-2c3d4e5f6071"
    assert send(bob, "/r/attic/say/", **fields).status_code == 404
    fields["reply_to_seq"] = "0"
    assert send(bob, "/r/attic/say/", **fields).status_code == 404


def test_a_deleted_reply_quotes_nothing(alice, bob):
    says(alice, "Where is it?")
    says(bob, "Here", reply_to_seq="1")
    assert "Where is it?" in article(bob.get("/r/attic/").text, 2)

    send(bob, "/r/attic/2/delete/")

    for path in ("/r/attic/", "/r/attic/2/"):
        line = article(bob.get(path).text, 2)
        assert "Message deleted" in line
        assert "message__quote" not in line


def test_an_edited_message_says_so_and_when(alice):
    says(alice, "Helo")
    assert "message__edited" not in article(alice.get("/r/attic/").text, 1)

    send(alice, "/r/attic/1/edit/", body="Hello")

    edited = Message.objects.get().edited_at
    found = article(alice.get("/r/attic/").text, 1)
    assert f'datetime="{edited.isoformat()}"' in found
    assert f'{edited:%H:%M} UTC">edited</time>' in found


def test_an_edit_that_is_refused_stays_in_its_form_with_the_reason(alice, bob, settings):
    says(alice, "Hello")
    settings.EDIT_MINUTES = 1
    too_long = "<x>" * MAX_BODY

    for client, body, status, reason in (
        (alice, too_long, 413, f"up to {MAX_BODY}"),
        (bob, "Mine <now>", 403, "Only its author"),
        (alice, " ", 400, "at least one visible character"),
    ):
        refused = send(client, "/r/attic/1/edit/", body=body)
        assert refused.status_code == status
        assert reason in alert(refused)
        assert html.escape(body.strip()) + "</textarea>" in refused.text

    Message.objects.update(posted_at="2025-01-01T00:00:00Z")
    refused = send(alice, "/r/attic/1/edit/", body="Too late")
    assert refused.status_code == 409
    assert "too late" in alert(refused)
    assert "Too late</textarea>" in refused.text
    page = alice.get("/r/attic/1/").text
    assert "<textarea" not in page, "nobody is offered what would be refused"
    assert "Delete your message" in page
    assert Message.objects.get().body == "Hello"


def test_only_the_author_is_offered_to_edit_and_to_delete(alice, bob):
    says(alice, "Hello")

    page = bob.get("/r/attic/1/").text

    assert 'name="set"' in page
    assert "<textarea" not in page
    assert "Delete your message" not in page
    for act, fields in (("edit", {"body": "Mine"}), ("delete", {})):
        assert send(bob, f"/r/attic/1/{act}/", **fields).status_code == 403
    assert Message.objects.get().body == "Hello"


def test_a_deleted_message_offers_nothing_and_refuses_what_comes_late(alice, bob):
    says(alice, "Hello")
    send(alice, "/r/attic/1/delete/")

    page = alice.get("/r/attic/1/").text
    late = send(bob, "/r/attic/1/react/", set="👍")

    assert "<form" not in page
    assert "message__open" not in article(alice.get("/r/attic/").text, 1)
    assert late.status_code == 409
    assert "was deleted" in alert(late)
    assert send(alice, "/r/attic/1/delete/").status_code == 303, "deleting again is safe"


@pytest.mark.parametrize("seq", [2, MAX_SEQ + 1, 2**70])
def test_what_does_not_exist_is_not_found(alice, seq):
    says(alice, "Hello")

    for answer in (
        alice.get(f"/r/attic/{seq}/"),
        send(alice, f"/r/attic/{seq}/edit/", body="Hello"),
        send(alice, f"/r/attic/{seq}/delete/"),
        send(alice, f"/r/attic/{seq}/react/", set="👍"),
    ):
        assert answer.status_code == 404
        assert "This message does not exist." in alert(answer)
        assert 'href="/r/attic/#' in answer.text
    assert alice.get("/r/attic/nonsense/").status_code == 404
    assert alice.get("/r/Attic/1/").status_code == 404


def test_a_reaction_is_an_emoji(alice):
    says(alice, "Hello")

    for fields in ({"set": "hello"}, {}):
        refused = send(alice, "/r/attic/1/react/", **fields)
        assert refused.status_code == 400
        assert "exactly one emoji" in alert(refused)


def test_forms_need_the_cookie_and_the_token(alice):
    says(alice, "Hello")
    stranger = Client()

    for act, fields in (("edit", {"body": "Hi"}), ("delete", {}), ("react", {"set": "👍"})):
        refused = stranger.post(f"/r/attic/1/{act}/", fields)
        assert refused.status_code == 400
        assert "Allow cookies" in alert(refused)
        assert alice.post(f"/r/attic/1/{act}/", fields).status_code == 403, "another site's form"
        assert alice.get(f"/r/attic/1/{act}/")["Location"] == "/r/attic/#1"
    assert Message.objects.get().body == "Hello"


def test_a_page_of_replies_and_reactions_costs_two_queries_more(
    django_assert_max_num_queries,
):
    """However many there are: the targets and the names are each read once."""
    write_log([post(str(number), slug="attic") for number in range(40)])
    old = Message.objects.get(seq=1)
    write_log([reply(number) for number in range(1, 31)])
    for message in Message.objects.filter(seq__gt=40):
        message.reactions = '[{"emoji":"👍","count":23,"author_ids":[]}]'
        message.save()
        Reaction.objects.bulk_create(
            Reaction(message=message, emoji="👍", author_id=str(each), author_name=f"N{each}")
            for each in range(23)
        )

    with django_assert_max_num_queries(5):
        page = message_page("attic", None)

    assert [drawn.quote.target.seq for drawn in page.messages] == list(range(1, 31))
    assert page.messages[0].quote.target == old
    names = ", ".join(f"N{each}" for each in range(20))
    assert {each.who for drawn in page.messages for each in drawn.reactions} == {
        f"{names} and 3 others"
    }


def reply(seq):
    return replace(post(f"Reply to {seq}", slug="attic", author="bob"), reply_to_seq=seq)


def article(page, seq):
    """The message at `seq` as the server rendered it."""
    return re.search(rf'<article [^>]*id="{seq}".*?</article>', page, re.DOTALL)[0]


def alert(response):
    return re.search(r'role="alert">(.*?)</p>', response.text, re.DOTALL)[1]
