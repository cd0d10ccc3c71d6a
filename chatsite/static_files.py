"""Collects static files: hashes in their names, compressed, ES module imports rewritten.

A style sheet that imports others is bundled with them, so that a page requests one file.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from servestatic.storage import CompressedManifestStaticFilesStorage

# Files of the admin that its pages here never load.
NEVER_LOADED = [
    "admin/css/vendor/*",
    "admin/img/gis/*",
    "admin/js/vendor/jquery/jquery.js",
    "admin/js/vendor/select2/*",
    "admin/js/vendor/xregexp/xregexp.js",
    "*/LICENSE*",
    "*/README*",
]
IMPORT = re.compile(r'^@import "([\w./-]+\.css)";$', re.MULTILINE)


class NeededFilesFinder(AppDirectoriesFinder):
    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        return super().list([*(ignore_patterns or ()), *NEVER_LOADED])


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Rewrites relative imports of ES modules too; each must end in a semicolon."""

    support_js_module_import_aggregation = True

    def compress_files(self, paths: Iterable[str]) -> Any:
        """Skip the admin's files: few people load those, and compressing them takes longer than
        the rest of a first start."""
        return super().compress_files([path for path in paths if not path.startswith("admin/")])

    def stat_static_root(self) -> dict[str, os.stat_result]:
        """The files next to the manifest: they are collected in another folder than STATIC_ROOT,
        and keep their sizes and times when they are moved there."""
        root = Path(self.location)
        files = [path for path in root.rglob("*") if path.is_file()]
        return {str(path.relative_to(root)): path.stat() for path in files}

    def post_process(self, paths: dict[str, Any], *args: Any, **options: Any) -> Iterator[Any]:
        return super().post_process(with_imports_inlined(paths), *args, **options)


def with_imports_inlined(paths: dict[str, Any]) -> dict[str, Any]:
    """`paths` is what collectstatic passes: {name: (storage, path)}.

    Imported text is inserted unchanged, so both files must be in one folder or not use `url()`.
    """
    made = InMemoryStorage()
    changed = {}
    for name in paths:
        if name.endswith(".css") and IMPORT.search(text := _text(paths, name)):
            made.save(name, ContentFile(_inlined(paths, name, text)))
            changed[name] = (made, name)
    return paths | changed


def _inlined(paths: dict[str, Any], name: str, text: str) -> str:
    def imported(match: re.Match[str]) -> str:
        other = posixpath.normpath(posixpath.join(posixpath.dirname(name), match[1]))
        return _inlined(paths, other, _text(paths, other))

    return IMPORT.sub(imported, text)


def _text(paths: dict[str, Any], name: str) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        text: str = file.read().decode()
    return text
