"""The tree as HTML, for pages without JavaScript and exports. Text is escaped; these are all the
elements and attributes there are, as in js/messages/message_text.js.
"""

from __future__ import annotations

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from chat.formatting.tree import Child, Node

TAGS = {
    "strong": "<strong>",
    "em": "<em>",
    "del": "<del>",
    "code": '<code dir="ltr">',
    "ul": '<ul dir="auto">',
    "ol": '<ol dir="auto">',
    "li": "<li>",
    "blockquote": '<blockquote dir="auto">',
}
NUMBERED = '<li value="{}">{}</li>'
CODE = '<div class="code" dir="ltr"><pre class="code__text"{}><code>{}</code></pre></div>'
LANGUAGE = ' data-language="{}"'
LINK = '<a href="{}" rel="noopener noreferrer nofollow ugc" target="_blank" dir="ltr">{}</a>'


def as_html(children: list[Child]) -> SafeString:
    return mark_safe(_html(children))


def _html(children: list[Child]) -> str:
    parts: list[str] = []
    texts: list[str] = []  # since the last element
    for child in children:
        if isinstance(child, str):
            texts.append(child)
        elif isinstance(child, Node):
            parts += (escape("".join(texts)), _element(child))
            texts = []
    return "".join([*parts, escape("".join(texts))])


def _element(node: Node) -> str:
    inside = _html(node.children)
    if node.kind == "link":
        return LINK.format(escape(node.href), inside)
    if node.kind == "pre":
        language = LANGUAGE.format(escape(node.language)) if node.language else ""
        return CODE.format(language, inside)
    if node.number is not None:
        return NUMBERED.format(node.number, inside)
    return f"{TAGS[node.kind]}{inside}</{node.kind}>"
