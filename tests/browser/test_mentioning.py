"""Who is named with an @: mentioning.js alone, and how it looks."""

from __future__ import annotations

import json

CASES = [  # a text, a name, and whether the text names it
    ("Hello @Ada, are you there?", "Ada", True),
    ("hello @ADA!", "Ada", True),
    ("@Ada's cake", "Ada", True),
    ("(@amber otter)", "Amber Otter", True),
    ("@Amber", "Amber Otter", False),
    ("Hello Ada", "Ada", False),
    ("@Adam and @Ada1 and @Ada_", "Ada", False),
    ("post@ada or x@Ada.example", "Ada", False),
    ("https://example.org/@Ada and then?", "Ada", False),
    ("https://example.org/ and @Ada?", "Ada", True),
    ("@@Ada", "Ada", True),
    ("@José", "JOSÉ", True),
    ("@Jose\u0301", "José", True),
    ("@Jose", "José", False),
    ("@STRASSE 7", "straße 7", False),
    ("@ΟΔΥΣΣΕΥΣ", "Οδυσσεύς", False),
    ("@ΟΔΥΣΣΕΎΣ", "Οδυσσεύς", True),
    ("يا @نورة، تعالي", "نورة", True),
    ("@نورةx", "نورة", False),
    ("谢谢@田中", "田中", True),
    ("@田中さん、こんにちは", "田中", True),
    ("@🦊 Fox, hi", "🦊 fox", True),
    ("@Jonas W.", "Jonas W.", True),
    ("@Jonas W", "Jonas W.", False),
    ("@", "", False),
    ("@" * 4000, "Ada", False),
]


def test_a_name_is_found_where_a_person_would_see_it(run):
    found = run(
        "mentions",
        f"return {json.dumps(CASES)}.map(([body, name]) => [body, name, mentions(body, name)]);",
    )

    assert [tuple(case) for case in found] == CASES


def test_the_longer_of_two_names_is_meant(run):
    assert run(
        "mentions findMentions Names",
        """
        const names = new Names(["Ann", "Ann Lee", "Lee"]);
        const found = findMentions("@Ann Lee met @ann and @Lee", names);
        return [mentions("@Ann Lee", "Ann"), mentions("@Ann Lee", "Ann", ["Ann Lee"]),
                found.map(({ name }) => name), found.map(({ start, end }) => [start, end])];
        """,
    ) == [True, False, ["Ann Lee", "Ann", "Lee"], [[0, 8], [13, 17], [22, 26]]]
