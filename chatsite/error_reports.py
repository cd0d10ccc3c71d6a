"""Reports errors to Sentry if SENTRY_DSN is set: where and what kind, never any message text."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured

PERSONAL = ("cookies", "data", "env", "query_string")


def report_errors(dsn: str, version: str) -> None:
    """Raises ImproperlyConfigured."""
    try:
        import sentry_sdk
        from sentry_sdk.integrations.logging import ignore_logger
    except ImportError as error:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set, but sentry-sdk is not installed: run"
            " pip install --require-hashes -r requirements-sentry.lock, or unset SENTRY_DSN."
        ) from error
    ignore_logger("django.security.DisallowedHost")
    try:
        sentry_sdk.init(
            dsn,
            release=version,
            send_default_pii=False,
            include_local_variables=False,  # they hold messages
            max_request_body_size="never",
            before_send=scrubbed,
            before_breadcrumb=kept_breadcrumb,
        )
    except sentry_sdk.utils.BadDsn as error:
        raise ImproperlyConfigured(
            f"SENTRY_DSN is not the address of a Sentry project: {error}. Copy it from the"
            " project's settings, Client Keys."
        ) from error


def scrubbed(event: Any, hint: object) -> Any:
    request = event.get("request", {})
    for part in PERSONAL:
        request.pop(part, None)
    request["headers"] = {
        name: value
        for name, value in request.get("headers", {}).items()
        if name.lower() in ("host", "user-agent", "upgrade")
    }
    return event


def kept_breadcrumb(breadcrumb: Any, hint: object) -> Any:
    return None if breadcrumb.get("category") == "query" else breadcrumb
