"""The translations for the page's modules, as data in the page: no second request, and no flash
of English.
"""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation.trans_real import DjangoTranslation
from django.views.i18n import JavaScriptCatalog

register = template.Library()


@register.simple_tag
def words_for_modules() -> SafeString:
    """Data for static/chat/js/i18n.js. English is the key of every text and needs none."""
    return _words_in(get_language() or "en")


@lru_cache
def _words_in(language: str) -> SafeString:
    """{text: translation, or a list of its plural forms} of the `djangojs` domain."""
    view = JavaScriptCatalog()
    view.translation = DjangoTranslation(language, domain="djangojs")
    words = view.get_catalog()
    return json_script(words, "chat-catalog") if words else SafeString()
