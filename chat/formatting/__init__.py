"""The formatting of messages: text to a tree, and the tree to HTML or plain text.

The grammar is in docs/formatting.md. js/messages/formatting.js is its other implementation; both
pass tests/formatting.json.
"""

from __future__ import annotations

from chat.formatting.blocks import parse
from chat.formatting.html import as_html
from chat.formatting.plain import excerpt, plain_text
from chat.formatting.tree import Child, Mark, Node

__all__ = ["Child", "Mark", "Node", "as_html", "excerpt", "parse", "plain_text"]
