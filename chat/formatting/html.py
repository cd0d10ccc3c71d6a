"""The tree as HTML, for pages without JavaScript and exports. Text is escaped; these are all the
elements and attributes there are, as in js/messages/message_text.js.
"""

from __future__ import annotations

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from chat.formatting.tree import Child, Node

ELEMENTS = {
    "strong": "<strong>{}</strong>",
    "em": "<em>{}</em>",
    "del": "<del>{}</del>",
    "code": '<code dir="ltr">{}</code>',
    "ul": '<ul dir="auto">{}</ul>',
    "ol": '<ol dir="auto">{}</ol>',
    "li": "<li>{}</li>",
    "blockquote": '<blockquote dir="auto">{}</blockquote>',
}
NUMBERED = '<li value="{}">{}</li>'
CODE = '<div class="code" dir="ltr"><pre class="code__text"{}><code>{}</code></pre></div>'
LANGUAGE = ' data-language="{}"'
LINK = '<a href="{}" rel="noopener noreferrer nofollow ugc" target="_blank" dir="ltr">{}</a>'


def as_html(children: list[Child]) -> SafeString:
    parts: list[SafeString] = []
    texts: list[str] = []  # since the last element
    for child in children:
        if isinstance(child, str):
            texts.append(child)
        elif isinstance(child, Node):
            parts += (escape("".join(texts)), _element(child))
            texts = []
    return mark_safe("".join([*parts, escape("".join(texts))]))


def _element(node: Node) -> SafeString:
    inside = as_html(node.children)
    if node.kind == "link":
        return format_html(LINK, node.href, inside)
    if node.kind == "pre":
        language = format_html(LANGUAGE, node.language) if node.language else ""
        return format_html(CODE, language, inside)
    if node.number is not None:
        return format_html(NUMBERED, node.number, inside)
    return format_html(ELEMENTS[node.kind], inside)
