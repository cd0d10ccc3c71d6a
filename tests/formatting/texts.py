"""Texts that are hard to format."""

from __future__ import annotations

PARTS = [
    "*", "**", "***", "~~", "`", "``", "```", "```py", "\n", "\n\n", "> ", ">> ", ">", "- ", "* ",
    "1. ", " ", "\t", "\u00a0", "a", "b c", "1", "(", ")", "]", ".", ",", "_", "\\", "@Ada", "é",
    "🎉", "م", "https://a.de/x", "www.b.org", "c.de", "d@e.org", "mailto:f@g.de", "http://[", "<b>",
]  # fmt: skip
HOSTILE = {
    "stars": "*",
    "separate stars": "* ",
    "opening stars": "*a ",
    "italics": "*a* ",
    "tildes": "~~a",
    "struck": "~~a~~ ",
    "backticks": "`",
    "code": "`a",
    "unequal code": "`a``b",
    "unclosed marks": "**a *b ~~c ",
    "stars in lines": "*\n",
    "quotes": "> ",
    "empty quotes": ">\n",
    "quotes in quotes": "> > a\n",
    "items": "- a\n",
    "numbers": "1. a\n",
    "fences": "```\n",
    "fenced code": "```x\na\n```\n",
    "brackets": "[",
    "line breaks": "\n",
    "domains": "a.de ",
    "dots": "a.",
    "near domains": "a.b ",
    "addresses": "http://a ",
    "hosts": "http://[ ",
    "users": "a@",
}
