"""What moderators have removed, on the page that the server renders."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat.models import Message
from chat.services.messages import write_log
from tests.posts import posts

pytestmark = pytest.mark.django_db(transaction=True)


def lines():
    """The texts of the messages on the page, and of what they reply to."""
    page = Client().get("/r/attic/").text
    articles = re.findall(r'<article class="message" id=.*?</article>', page, re.DOTALL)
    return [re.sub(r"<[^>]+>|\s+", " ", article) for article in articles]


def test_the_page_says_what_a_moderator_removed():
    write_log(posts(4, slug="attic"))
    Message.objects.filter(seq=4).update(reply_to_seq=1)
    Message.objects.filter(seq__in=(1, 3)).update(body="", deleted_at=timezone.now(), removed=True)

    first, _, third, reply = lines()
    assert "Removed by a moderator" in first
    assert "Removed by a moderator" in third
    assert "Removed by a moderator" in reply, "the quote of the first one"

    Message.objects.filter(seq=2).update(body="", deleted_at=timezone.now(), removed=True)
    assert "3 messages removed by a moderator" in lines()[0]
    Message.objects.filter(seq=2).update(removed=False)
    assert "3 messages deleted" in lines()[0]
