"""How static files get their names: hashed, compressed, ES module imports rewritten."""

from __future__ import annotations

from servestatic.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Rewrites relative `import` lines too; each must end in a semicolon."""

    support_js_module_import_aggregation = True
