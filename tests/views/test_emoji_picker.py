"""The emoji that the page's picker offers: every one, in groups, with names to search by."""

from __future__ import annotations

import json
import re
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit

import pytest
from emoji import EMOJI_DATA, STATUS

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat.emoji import canonical_emoji
from chat.views.emoji_catalog import TONES, emoji_catalog, shortcode
from chat.views.emoji_picker import emoji_url
from chat.views.pwa import build

pytestmark = pytest.mark.django_db(transaction=True)
LANGUAGES = ["en", "de", "ar"]


@pytest.fixture(scope="module")
def groups():
    return emoji_catalog("en").groups


def test_every_emoji_is_offered_once_without_skin_tones(groups):
    offered = [one.emoji for group in groups for one in group.emoji]

    assert sorted(offered) == sorted(
        one
        for one, about in EMOJI_DATA.items()
        if about["status"] == STATUS["fully_qualified"] and not set(TONES) & set(one)
    )


def test_the_lightest_skin_tone_can_be_replaced_by_any_other(groups):
    toned = [one for group in groups for one in group.emoji if one.light]
    made = {one.light.replace("🏻", tone) for one in toned for tone in TONES}
    plain = {one.emoji: one.light for one in toned}

    assert plain["👍"] == "👍🏻"
    assert plain["🧑‍🤝‍🧑"] == "🧑🏻‍🤝‍🧑🏻"
    assert plain["☝️"] == "☝🏻"
    assert "😀" not in plain
    assert made == {
        one
        for one, about in EMOJI_DATA.items()
        if about["status"] == STATUS["fully_qualified"] and len(set(TONES) & set(one)) == 1
    }
    assert all(canonical_emoji(one) == one for one in made)


@pytest.mark.parametrize(
    ("title", "some"),
    [
        ("Smileys and hearts", "😀 🥰 🤖 ❤️ ❤️‍🔥 🫠 🙈"),
        ("People and hands", "👍 👋🏻 🙏 🫶 👩‍🚀 👨‍👩‍👧 🤷‍♀️ 🧠"),
        ("Animals and nature", "🐕‍🦺 🦄 🌸 🌈 ☀️ 🔥"),
        ("Food and drink", "🍎 🍕 ☕ 🎂 🥐 🫖"),
        ("Activities", "🎉 ⚽ 🎸 🏆 ✨"),
        ("Travel and places", "🚀 🚲 🏠 🗽 ⏰ ✈️"),
        ("Objects", "💡 💻 👑 🔑 🪙 ✏️"),
        ("Flags", "🇩🇪 🇪🇬 🏳️‍🌈 🏴‍☠️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿"),
        ("Symbols", "1️⃣ ✅ ♻️ ⚠️ 🔴"),
    ],
)
def test_related_emoji_are_in_one_group(groups, title, some):
    [group] = [group for group in groups if group.title == title]
    wanted = {one.replace("🏻", "") for one in some.split()}

    assert not wanted - {one.emoji for one in group.emoji}


def test_a_picker_begins_with_faces_and_then_hands(groups):
    assert [group.emoji[0].emoji for group in groups[:2]] == ["😀", "👍"]


def test_an_emoji_has_its_name_in_the_language_of_the_page_and_english_shortcodes():
    german = {one.emoji: one for group in emoji_catalog("de").groups for one in group.emoji}
    english = {one.emoji: one for group in emoji_catalog("en").groups for one in group.emoji}

    assert german["👍"].name == "daumen hoch"
    assert {"thumbs_up", "thumbsup", "+1"} <= set(german["👍"].shortcodes.split())
    assert english["👍"].name == "thumbs up"
    assert "thumbs_up" not in english["👍"].shortcodes.split()
    assert emoji_catalog("de").tones[0] == ("🏻", "helle hautfarbe")
    assert emoji_catalog("de").groups[3].title == "Essen und Trinken"


@pytest.mark.parametrize(
    ("name", "code"),
    [("thumbs up", "thumbs_up"), (":+1:", "+1"), ("Côte d’Ivoire", "côte_d_ivoire")],
)
def test_a_shortcode_has_no_spaces_and_no_capitals(name, code):
    assert shortcode(name) == code


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_names_the_address_of_its_emoji_and_browsers_keep_them(client, language):
    page = client.get("/", headers={"accept-language": language})
    address = config_of(page)["emoji_url"]

    response = client.get(address, headers={"accept-encoding": "gzip"})

    assert address.startswith(f"/emoji/{language}.json?")
    assert json.loads(client.get(address).content) == json.loads(
        json.dumps(emoji_catalog(language)._asdict())
    )
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.content) < 45_000
    directives = {"public", "max-age=2592000", "immutable"}
    assert set(response.headers["Cache-Control"].split(", ")) == directives
    assert not response.cookies


def test_the_address_changes_with_the_data_and_with_each_build():
    query = parse_qs(urlsplit(emoji_url("en")).query)

    assert query == {"data": [version("emoji")], "build": [build()]}


def test_a_language_that_the_page_is_not_in_has_no_emoji(client):
    assert client.get("/emoji/de.json").status_code == 200

    assert client.get("/emoji/tlh.json").status_code == 404


def config_of(page):
    return json.loads(
        re.search(r'<script id="chat-config"[^>]*>(.*?)</script>', page.content.decode())[1]
    )
