"""The emoji that a picker offers: in groups, in an order to look through, with names to search by.

The package `emoji` has no groups. Unicode encodes most emoji in blocks of related ones, so a group
is a list of ranges of first code points. Skin tones are left out: the picker adds the reader's own.
"""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from chat.emoji import VARIATION_SELECTOR, emoji_name

TONES = "🏻🏼🏽🏾🏿"
LIGHT = TONES[0]
JOINER = "\N{ZERO WIDTH JOINER}"
PEOPLE = "🧑👩👨"  # with a joiner: professions and families, after all other people
LAST = 0x110000
# "a-b" is a range. What several groups list is in the first; what none lists is in the last.
GROUPS = [
    (
        _("Smileys and hearts"),
        "😀-😷 🙁-🙄 🤐-🤗 🤠-🤥 🤧-🤯 🥰-🥶 🥸-🥺 🧐 🫠-🫥 🫨-🫮 ☹-☺ 💀 ☠ 👹-👻 👽-👿 🤖 💩"
        " 😸-🙀 🙈-🙊 ❤ 🧡 💛 💚 💙 🩵 💜 🩷 🤎 🖤 🩶 🤍 💓-💟 ❣ 💋-💌 💯 💢 💤-💦 💨 💫-💭 🗨"
        " 🗯 🫯",
    ),
    (
        _("People and hands"),
        "👍-👐 👋-👌 👆-👊 ☝ ✊-✍ 🖐 🖕-🖖 🙌 🙏 🤌 🤏 🤘-🤟 🤲-🤳 🫰-🫺 💪 💅 👀-👅 🫦 🧠"
        " 🦴-🦷 🦻 🦾-🦿 🫀-🫁 👶 🧒 👦-👧 🧑 👨-👩 🧓-🧔 👪-👸 👼 🙅-🙇 🙋 🙍-🙎 💁-💃 🤦 🤷"
        " 🕺 💆-💇 💏 💑 🤰-🤾 🥷 🦸-🦹 🧌-🧟 🫃-🫈 🎅 🕴-🕵 👤-👥 🗣 🫂 👣 🏂-🏄 🏇 🏊-🏌 ⛷ ⛹ 🚣"
        " 🚴-🚶 🛀 🛌",
    ),
    (
        _("Animals and nature"),
        "🐀-🐿 🦀-🦮 🪰-🪳 🪶 🪸 🪼-🪽 🪿 🫌-🫏 🕊 🕷-🕸 🦠 💐 🌰-🌵 🌷-🌼 🌾-🍄 🏵 🥀 ☘ 🪰-🪿"
        " 🌍-🌠 ☀-☄ ⭐ ⚡ ☔ ⛄-⛈ 🌡-🌬 🌀 🌈 🌊 ❄ 🔥 💧 🫧 🪐 🪨",
    ),
    (
        _("Food and drink"),
        "🍅-🍿 🌭-🌯 🌶 🌽 🎂 🥐-🥯 🫐-🫝 🧀-🧋 ☕ 🥂-🥄",
    ),
    (
        _("Activities"),
        "🎀-🎓 🎖-🏁 ✨ ⚽-⚾ 🏅-🏆 🏈-🏉 🏏-🏓 🏸-🏹 🥁 🥅-🥏 ♠-♦ ♟ 🀄 🃏 🔫 🔮 🕹 🖼 🛷 🛹 🛼"
        " 🤿 🧧-🧩 🧵-🧶 🧸 🪀-🪉 🪕 🪗-🪘 🪡-🪢 🪩",
    ),
    (
        _("Travel and places"),
        "🚀-🚨 🚲 🏍-🏎 🛣-🛥 🛩-🛶 🛸 🛺-🛻 🦼-🦽 ✈ ⚓ ⛴-⛵ ⛽ 🛑 🏔-🏰 🗺-🗿 ⛩-⛲ ⛺ ⛳ 🌁-🌌 ♨ 💈"
        " 🕋-🕍 🛎 🛕-🛖 🛘-🛙 🛝-🛟 🧭 🧳 🪂 ⌚-⌛ ⏰-⏳ 🕰 🕐-🕧",
    ),
    (
        _("Objects"),
        "👑-👢 💄 💉-💊 💍-💎 🏷 💡 💣 💰 💳-💸 💺-📿 🔇-🔗 🔦-🔩 🔪 🔬-🔭 🕯 🕳 🕶 🖇-🖍 🖥-🖲 🗂-🗞 🗡"
        " 🗳 ☎ ⌨ ✂ ✉ ✏-✒ ⚒ ⚔-⚙ ⛏-⛓ ⚰-⚱ 🏺 🚪 🚬 🚽 🚿 🛁 🛋-🛏 🛒 🛗 🛜-🛞 🛠-🛢 🥻-🥿 🦯 🦺 🧢-🧿"
        " 🩰-🩼 🪀-🪯 🫟",
    ),
    (
        _("Flags"),
        "🇦-🇿 🏳-🏴 🚩",
    ),
    (
        _("Symbols"),
        "",
    ),
]


class Emoji(NamedTuple):
    emoji: str
    name: str
    shortcodes: str  # English ones, separated by spaces, without that of the name
    light: str  # the emoji with the lightest skin tone; empty if it has none
    version: float  # of the Unicode emoji that it came with


class Group(NamedTuple):
    title: str
    emoji: list[Emoji]


class Catalog(NamedTuple):
    groups: list[Group]
    tones: list[tuple[str, str]]  # each with its name, from light to dark


def emoji_catalog(language: str) -> Catalog:
    """Every emoji, without skin tones. Names and titles are in `language`."""
    tones = [(tone, emoji_name(tone, language)) for tone in TONES]
    return Catalog(_groups(language), tones)


def _groups(language: str) -> list[Group]:
    from emoji import EMOJI_DATA, STATUS

    whole = [
        one for one, about in EMOJI_DATA.items() if about["status"] == STATUS["fully_qualified"]
    ]
    light = {_bare(one): one for one in whole if set(TONES) & set(one) == {LIGHT}}
    groups: list[list[Emoji]] = [[] for _group in GROUPS]
    for one in sorted((one for one in whole if not set(TONES) & set(one)), key=_place):
        name = emoji_name(one, language)
        english = [emoji_name(one, "en"), *EMOJI_DATA[one].get("alias", [])]
        codes = map(shortcode, english)
        others = [code for code in dict.fromkeys(codes) if code != shortcode(name)]
        groups[_place(one)[0]].append(
            Emoji(
                emoji=one,
                name=name,
                shortcodes=" ".join(others),
                light=light.get(_bare(one), ""),
                version=EMOJI_DATA[one]["E"],
            )
        )
    with override(language):
        return [
            Group(str(title), members)
            for (title, _ranges), members in zip(GROUPS, groups, strict=True)
        ]


def shortcode(name: str) -> str:
    """What people write between colons: "thumbs_up" for "thumbs up"."""
    return re.sub(r"[^\w+-]+", "_", name.lower()).strip("_")


def _bare(emoji: str) -> str:
    return "".join(point for point in emoji if point not in {*TONES, VARIATION_SELECTOR})


def _place(emoji: str) -> tuple[int, ...]:
    """Where an emoji is shown: its group, then the place of its first code point in it."""
    group, place = _places().get(emoji[0], (len(GROUPS) - 1, ord(emoji[0])))
    if emoji[0] in PEOPLE and emoji[1:2] == JOINER:
        return (group, LAST, *map(ord, emoji[2:]), place)
    return (group, place, *map(ord, emoji))


@functools.cache
def _places() -> dict[str, tuple[int, int]]:
    """The group of each first code point that one lists, and its place there."""
    places: dict[str, tuple[int, int]] = {}
    for group, (_title, ranges) in enumerate(GROUPS):
        for span in ranges.split():
            first, last = span[0], span[-1]
            for point in range(ord(first), ord(last) + 1):
                places.setdefault(chr(point), (group, len(places)))
    return places
