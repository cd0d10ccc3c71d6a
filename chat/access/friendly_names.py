"""Generated names for people who have not chosen one, in the language of their page."""

from __future__ import annotations

import secrets
from typing import NamedTuple

from django.utils.translation import get_language


class Words(NamedTuple):
    """The words of names: any quality combines with any animal, in this `order`."""

    qualities: tuple[str, ...]
    animals: tuple[str, ...]
    order: str = "{quality} {animal}"


ENGLISH = Words(
    (
        "Amber", "Brave", "Bright", "Calm", "Clever", "Cosy", "Crimson", "Curious", "Daring",
        "Eager", "Early", "Gentle", "Golden", "Happy", "Honest", "Jolly", "Keen", "Kind", "Lively",
        "Lucky", "Lunar", "Mellow", "Merry", "Misty", "Nimble", "Noble", "Patient", "Polite",
        "Proud", "Quick", "Quiet", "Rosy", "Rustic", "Sandy", "Silver", "Sincere", "Snowy",
        "Sunny", "Swift", "Tidy", "Velvet", "Warm", "Wise", "Witty",
    ),
    (
        "Badger", "Bear", "Beaver", "Bison", "Crane", "Deer", "Dolphin", "Dove", "Eagle", "Falcon",
        "Ferret", "Finch", "Fox", "Gecko", "Goose", "Hare", "Hawk", "Hedgehog", "Heron", "Ibex",
        "Jay", "Koala", "Lark", "Lemur", "Lynx", "Magpie", "Marten", "Mole", "Moose", "Newt",
        "Otter", "Owl", "Panda", "Penguin", "Puffin", "Quail", "Rabbit", "Raven", "Robin", "Seal",
        "Sparrow", "Squirrel", "Stork", "Swan", "Tapir", "Toad", "Turtle", "Walrus", "Wombat",
        "Wren",
    ),
)  # fmt: skip

# Feminine animals only: an adjective's ending follows the noun's gender.
GERMAN = Words(
    (
        "Achtsame", "Bunte", "Ehrliche", "Eifrige", "Emsige", "Feine", "Fidele", "Flinke",
        "Freundliche", "Frohe", "Geduldige", "Goldene", "Heitere", "Höfliche", "Kluge", "Kühne",
        "Lebhafte", "Leise", "Lustige", "Milde", "Muntere", "Mutige", "Neugierige", "Pfiffige",
        "Ruhige", "Sanfte", "Schlaue", "Schnelle", "Silberne", "Sonnige", "Stille", "Tapfere",
        "Treue", "Verspielte", "Wache", "Weise", "Witzige", "Zarte", "Zufriedene",
    ),
    (
        "Ameise", "Amsel", "Antilope", "Bachstelze", "Biene", "Blaumeise", "Dohle", "Drossel",
        "Eidechse", "Elster", "Ente", "Eule", "Feldmaus", "Fledermaus", "Forelle", "Gans",
        "Gazelle", "Giraffe", "Grille", "Haselmaus", "Hummel", "Katze", "Kohlmeise", "Krabbe",
        "Krähe", "Lerche", "Libelle", "Meise", "Möwe", "Nachtigall", "Robbe", "Schildkröte",
        "Schnecke", "Schnepfe", "Schwalbe", "Taube", "Wachtel", "Ziege", "Zikade",
    ),
)  # fmt: skip

# Masculine animals only, for the same reason; the adjective follows its noun.
ARABIC = Words(
    (
        "الذهبي", "الفضي", "السعيد", "الهادئ", "الذكي", "الشجاع", "اللطيف", "المرح", "السريع",
        "النشيط", "الصبور", "الحكيم", "الكريم", "الصادق", "المشرق", "الوفي", "اللبق", "الرشيق",
        "النبيل", "الفضولي", "المتفائل", "الأمين", "الودود", "البارع", "الماهر", "الجريء",
        "الأنيق", "الحالم", "الدافئ", "الطموح", "المهذب", "الظريف",
    ),
    (
        "الثعلب", "الصقر", "النسر", "الأرنب", "الغزال", "الدلفين", "الهدهد", "العصفور", "البلبل",
        "السنجاب", "القنفذ", "البطريق", "الطاووس", "الفهد", "الأسد", "النمر", "الدب", "الحصان",
        "الجمل", "الكناري", "اللقلق", "الوعل", "الكروان", "الحسون", "الفيل", "النورس", "الشاهين",
        "الأيل", "القندس", "الشحرور", "الزرزور",
    ),
    "{animal} {quality}",
)  # fmt: skip

WORDS = {"de": GERMAN, "ar": ARABIC}


def friendly_name() -> str:
    """A random name such as "Amber Otter", in the active language; not unique."""
    words = WORDS.get((get_language() or "").partition("-")[0], ENGLISH)
    quality, animal = secrets.choice(words.qualities), secrets.choice(words.animals)
    return words.order.format(quality=quality, animal=animal)
