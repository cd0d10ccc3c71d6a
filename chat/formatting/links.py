"""Finds links in text, as js/messages/links.js does. An address is a link by these rules alone,
not by those of a URL parser: there is none that browsers and Python share.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

# A link ends at white space, quotes, angle brackets, control and bidi characters.
SPACE = r"\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
OUTSIDE = rf'{SPACE}<>"\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069'
INSIDE = rf"[^{OUTSIDE}]"
SCHEME = r"[Hh][Tt][Tt][Pp][Ss]?://|[Mm][Aa][Ii][Ll][Tt][Oo]:|[Ww][Ww][Ww]\."
CANDIDATE = re.compile(rf"(?<![A-Za-z0-9_])(?:{SCHEME}){INSIDE}+")
LEADING = re.compile("['*_~([{¿¡«„“‘‚]+")
TRAILING = ".,:;!?'*_~…”“’»)]}"
OPENS = {")": "(", "]": "[", "}": "{"}

MAILTO = re.compile(r"mailto:.", re.IGNORECASE | re.ASCII)
HOST = r"(?:[^/?#\\@:\[\]^|%]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?(?=[/?#\\]|\Z)"
WEB = re.compile(rf"https?://(?:[^/?#\\]*@)?{HOST}", re.IGNORECASE | re.ASCII)
LABELS = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,18})"
DOMAIN = re.compile(rf"(?=.{{4,253}}\Z){LABELS}\Z", re.IGNORECASE | re.ASCII)
EMAIL = re.compile(r"[a-z0-9_%+-]+(?:\.[a-z0-9_%+-]+)*@([^@]+)\Z", re.IGNORECASE | re.ASCII)
PORT = re.compile(r":[0-9]{1,5}\Z")
# Top-level domains that are rarely anything else: file names ("main.py", "notes.md") and sentences
# without a space ("me.so", "casa.it") must not become links.
GENERIC = "com org net edu gov int mil info biz eu io dev app"
NATIONAL = "de ch uk fr nl es pt dk se fi cz sk hu ro gr ie jp cn kr tw br mx ar au nz za ca"
DOMAINS = frozenset([*GENERIC.split(), *NATIONAL.split()])
# With a path, any country's domain is an address, unless it is also a file's: "main.rs/lib.rs".
FILES = "cc md ml mo pl pm ps py rs sh so st tf vi"
COUNTRY_DOMAIN = re.compile(rf"(?!(?:{FILES.replace(' ', '|')})\Z)[a-z]{{2}}\Z")
WORD = re.compile(rf"(?<!{INSIDE}){INSIDE}*\.[A-Za-z]{INSIDE}*")


def split_links(text: str) -> Iterator[tuple[str, str]]:
    """(text, address), where the address is "" for what is no link; the joined texts are `text`.
    Takes linear time."""
    end = 0
    for match in CANDIDATE.finditer(text):
        shown = _without_trailing(match[0])
        href = _href(shown)
        if href == "":
            continue
        if match.start() > end:
            yield from _split_bare(text[end : match.start()])
        yield shown, href
        end = match.start() + len(shown)
    if end < len(text):
        yield from _split_bare(text[end:])


def _href(shown: str) -> str:
    address = shown if shown[:4].lower() != "www." else f"https://{shown}"
    return address if WEB.match(address) or MAILTO.match(address) else ""


def _split_bare(text: str) -> Iterator[tuple[str, str]]:
    """The same for addresses without a scheme: ada@example.org, example.org/path."""
    end = 0
    for match in WORD.finditer(text) if "." in text else ():
        leading = LEADING.match(match[0])
        start = match.start() + (leading.end() if leading else 0)
        shown = _without_trailing(text[start : match.end()])
        href = _bare_href(shown)
        if href == "":
            continue
        if start > end:
            yield text[end:start], ""
        yield shown, href
        end = start + len(shown)
    if end < len(text):
        yield text[end:], ""


def _bare_href(shown: str) -> str:
    email = EMAIL.match(shown)
    if email:
        return f"mailto:{shown}" if DOMAIN.match(email[1]) else ""
    authority, slash, _ = shown.partition("/")
    domain = DOMAIN.match(PORT.sub("", authority))
    if not domain:
        return ""
    ending = domain[1].lower()
    is_address = ending in DOMAINS or (slash and COUNTRY_DOMAIN.match(ending))
    return f"https://{shown}" if is_address else ""


def _without_trailing(url: str) -> str:
    """ "(see http://a.example/b)." ends before ")."; "http://a.example/b_(c)" keeps its bracket."""
    if url == "" or url[-1] not in TRAILING:
        return url
    counts = Counter(url)
    end = len(url)
    while end > 0 and url[end - 1] in TRAILING:
        closing = url[end - 1]
        if closing in OPENS and counts[OPENS[closing]] >= counts[closing]:
            break  # it closes a bracket within the address
        counts[closing] -= 1
        end -= 1
    return url[:end]
