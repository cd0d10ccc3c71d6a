"""The filter for the text of messages."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from chat.formatting import as_html, parse

register = template.Library()


@register.filter
def formatted(body: str) -> SafeString:
    """A message's text as HTML."""
    return as_html(parse(body))
