"""What an emoji is, and its names: the data of the package `emoji`, which follows Unicode's.

The data is loaded when it is first needed, which takes about 40 ms and 9 MB, and never by an import
of the chat.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

from chat.protocol.frames import MAX_EMOJI_LENGTH

VARIATION_SELECTOR = "\N{VARIATION SELECTOR-16}"


def canonical_emoji(text: str) -> str | None:
    """The fully-qualified form (UTS #51, ED-18) of exactly one emoji: "❤️" for "❤". None for
    anything else, such as two emoji, or a skin tone alone."""
    return _canonical().get(text) if len(text) <= MAX_EMOJI_LENGTH else None


def emoji_name(emoji: str, language: str) -> str:
    """The name of a canonical emoji, in English if the package lacks the language; the emoji itself
    if the package does not know it, as after a downgrade."""
    from emoji import EMOJI_DATA, LANGUAGES, config

    known = next((code for code in (language, language[:2]) if code in LANGUAGES), "en")
    config.load_language(known)
    about = EMOJI_DATA.get(emoji)
    return words(about[known]) if about else emoji


def words(shortcode: str) -> str:
    """ ":thumbs_up:" as "thumbs up"."""
    return " ".join(shortcode.strip(":").replace("_", " ").replace(",", ", ").split())


@functools.cache
def _canonical() -> Mapping[str, str]:
    """The fully-qualified form of each emoji by all its forms, which differ in their variation
    selectors."""
    from emoji import EMOJI_DATA, STATUS

    qualified = {
        emoji.replace(VARIATION_SELECTOR, ""): emoji
        for emoji, about in EMOJI_DATA.items()
        if about["status"] == STATUS["fully_qualified"]
    }
    return {
        emoji: qualified[emoji.replace(VARIATION_SELECTOR, "")]
        for emoji, about in EMOJI_DATA.items()
        if about["status"] != STATUS["component"]
    }
