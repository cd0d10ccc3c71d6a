"""Exactly one emoji has a canonical form; nothing else does."""

from __future__ import annotations

import subprocess
import sys

import pytest
from emoji import EMOJI_DATA, STATUS

from chat.emoji import canonical_emoji, emoji_name
from chat.protocol.frames import MAX_EMOJI_LENGTH
from testing.environment import ROOT, only

hypothesis = pytest.importorskip("hypothesis")

from hypothesis import example, given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

# What emoji are made of, so that combinations are nearly emoji.
PIECES = [*"👍👩🚀🧑🤝❤🏽🦰🇩🇪1#*🏴", *"\u200d\ufe0f\ufe0e\u20e3\U000e0067\U000e007f"]
NO_EMOJI = [
    *["", "a", "1", "#", ":)", "<b>👍</b>", ":thumbsup:", "👍 ", " 👍", "👍👍", "👍x"],
    *["🏽", "🦰", "🇩", "🇽🇽", "❤\ufe0e", "👩\u200d", "👍\ufe0f🏽", "\ufe0f", "\u200d", "\ud83d"],
]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("👍", "👍"),
        ("👍🏽", "👍🏽"),
        ("❤", "❤️"),
        ("❤️", "❤️"),
        ("1⃣", "1️⃣"),
        ("#️⃣", "#️⃣"),
        ("🇩🇪", "🇩🇪"),
        ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"),
        ("👩‍🚀", "👩‍🚀"),
        ("👩‍❤‍💋‍👨", "👩‍❤️‍💋‍👨"),
        ("🏳‍🌈", "🏳️‍🌈"),
        ("🧑🏿‍🤝‍🧑🏻", "🧑🏿‍🤝‍🧑🏻"),
    ],
)
def test_an_emoji_becomes_its_fully_qualified_form(text, canonical):
    assert canonical_emoji(text) == canonical


@pytest.mark.parametrize("text", NO_EMOJI)
def test_what_is_not_exactly_one_emoji_is_refused(text):
    assert canonical_emoji(text) is None


def test_a_text_that_is_too_long_is_not_even_looked_up():
    class Text(str):
        def __hash__(self):
            raise AssertionError("looked up")

    assert canonical_emoji(Text("👍" * (MAX_EMOJI_LENGTH + 1))) is None
    with pytest.raises(AssertionError, match="looked up"):
        canonical_emoji(Text("👍" * MAX_EMOJI_LENGTH))


def test_every_emoji_of_unicode_is_accepted_in_each_of_its_forms():
    emoji = [one for one, about in EMOJI_DATA.items() if about["status"] != STATUS["component"]]
    found = {one: canonical_emoji(one) for one in emoji}

    assert len(emoji) > 4_000
    assert not [one for one, canonical in found.items() if canonical is None]
    assert {EMOJI_DATA[canonical]["status"] for canonical in found.values()} == {
        STATUS["fully_qualified"]
    }
    assert max(map(len, emoji)) <= MAX_EMOJI_LENGTH


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=8).map("".join)))
@example("👍🏽")
@example("❤")
def test_whatever_is_asked_the_answer_is_canonical(text):
    canonical = canonical_emoji(text)

    if canonical is not None:
        assert canonical_emoji(canonical) == canonical
        assert canonical.replace("\ufe0f", "") == text.replace("\ufe0f", "")


@pytest.mark.parametrize(
    ("emoji", "language", "name"),
    [
        ("👍", "en", "thumbs up"),
        ("👍", "de", "daumen hoch"),
        ("👍", "de-at", "daumen hoch"),
        ("❤️", "ar", "قلب أحمر"),
        ("👍", "tlh", "thumbs up"),
        ("👨🏻‍❤️‍👨🏼", "de", "liebespaar mann mann helle hautfarbe, mittelhelle hautfarbe"),
        ("\U0001fbff", "en", "\U0001fbff"),
    ],
)
def test_an_emoji_has_a_name_in_the_language_of_the_page(emoji, language, name):
    assert emoji_name(emoji, language) == name


def test_starting_the_chat_does_not_load_the_data(tmp_path):
    program = "import chatsite.asgi, chat.emoji, sys; sys.exit('emoji' in sys.modules)"
    settings = only({"DATA_DIR": tmp_path})

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=settings, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
