"""The page is in the browser's language; the wire is in English."""

from __future__ import annotations

import pytest

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat.models import LOBBY, Room

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.django_db(transaction=True)  # the list reads in a thread of its own
@pytest.mark.parametrize("path", ["/", "/rooms/"])
def test_the_lobbys_default_title_is_translated(client, path):
    page = client.get(path, headers={"accept-language": "ar"}).content.decode()
    assert "<bdi" in page
    assert "الردهة</bdi>" in page

    Room.objects.update_or_create(slug=LOBBY, defaults={"title": "Kitchen"})

    page = client.get(path, headers={"accept-language": "ar"}).content.decode()
    assert "Kitchen</bdi>" in page
    assert "الردهة</bdi>" not in page


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", '<html lang="de" dir="ltr">'),
        ("ar-EG,ar;q=0.9", '<html lang="ar" dir="rtl">'),
        ("en-GB,en;q=0.9,de;q=0.8", '<html lang="en" dir="ltr">'),
        ("tlh,de;q=0.5", '<html lang="de" dir="ltr">'),
        ("tlh", '<html lang="en" dir="ltr">'),
        (";;=,", '<html lang="en" dir="ltr">'),
    ],
)
@pytest.mark.parametrize("path", ["/", "/r/Attic/", "/nowhere/"])
def test_a_page_is_in_the_browsers_language(client, path, accepted, tag):
    response = client.get(path, headers={"accept-language": accepted})

    assert tag in response.content.decode()
    assert "Accept-Language" in response.headers["Vary"]
    assert response.headers["Content-Language"] in tag
    has_words = 'id="chat-catalog"' in response.content.decode()
    assert has_words == ('"en"' not in tag), "English is the key of every text"
