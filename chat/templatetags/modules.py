"""Preloads all modules of a page, which a browser would otherwise discover import by import."""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

# As the storage that hashes names: relative, and ending in a semicolon. `import()` is for later.
IMPORT = re.compile(
    r"""^(?:import|export)\b(?:[^;"'=(]*\bfrom)?\s*["'](\.[^"']+)["'];""", re.MULTILINE
)


@register.simple_tag
def module_preloads(name: str) -> SafeString:
    """A link for every module that the one called `name` imports, directly or not. They have a
    low priority: nothing is shown before the styles, and over HTTP/2 all load concurrently."""
    modules = _imported(name) if settings.DEBUG else _imported_once(name)
    return format_html_join(
        "\n",
        '<link rel="modulepreload" fetchpriority="low" href="{}">',
        ((static(module),) for module in modules),
    )


def _imported(name: str) -> list[str]:
    """The names of static files, nearest first, without `name` itself."""
    found = [name]
    for module in found:  # grows while it is read
        found += [other for other in _imports(module) if other not in found]
    return found[1:]


_imported_once = functools.cache(_imported)


def _imports(name: str) -> Iterator[str]:
    path = finders.find(name)
    source = Path(path).read_text() if path else ""
    for match in IMPORT.finditer(source):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(name), match[1]))
