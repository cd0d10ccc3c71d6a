"""The page, as a browser gets it through the proxy."""

from __future__ import annotations

import re
from http.client import HTTPException

from django.conf import settings
from django.http.request import validate_host

from chatsite.doctor import lines
from chatsite.doctor.finding import Finding, check, fine, wrong
from chatsite.doctor.site import Answer, Site

OURS = "chat-config"  # an id in every page of the chat
AWAY = {502, 503, 504}  # a proxy's answer when no process behind it does
ASSET = re.compile(r'(?:href|src)="([^"?#]+\.(?:css|js|svg))"')


@check("page")
def page_opens(site: Site) -> Finding:
    try:
        answer = site.get(site.path)
    except (OSError, HTTPException) as error:
        return wrong("page", f"{site.url}/ does not answer: {error!r}.", lines.processes(None))
    if OURS in answer.body and answer.status == 200:
        return fine("page", f"{site.url}/ shows the chat")
    if answer.status == 400:
        return wrong(
            "page",
            f"The chat does not accept the host {site.host} (400).",
            lines.host(site, answer),
        )
    if not validate_host(site.host, settings.ALLOWED_HOSTS):
        # Caddy's health checks send this host, so all processes look unhealthy to it.
        return wrong(
            "page",
            f"{site.url}/ answers {answer.status}: the chat does not accept the host {site.host}.",
            lines.host(site, answer),
        )
    if OURS in answer.body or answer.status in AWAY:
        return wrong(
            "page",
            f"{site.url}/ answers {answer.status}: no process behind the proxy is healthy.",
            lines.processes(answer),
        )
    return wrong(
        "page",
        f"{site.url}/ answers {answer.status}, but not with a page of the chat.",
        lines.processes(answer),
    )


@check("scheme")
def https_is_known(site: Site) -> Finding:
    """Whether the chat knows the scheme and the address of its clients from the proxy."""
    cookies = _page(site).headers.get_all("Set-Cookie") or []
    guest = next((cookie for cookie in cookies if cookie.startswith("chat_guest=")), "")
    if not site.secure:
        return fine("scheme", "plain http, and the chat's cookies match")
    if "secure" in guest.lower():
        return fine(
            "scheme", "the chat trusts the proxy's headers, and knows that clients use https"
        )
    return wrong(
        "scheme",
        "The chat does not know that clients use https: names are not remembered, and all clients"
        " seem to have one address.",
        lines.forwarded(_page(site)),
    )


@check("assets")
def static_files_load(site: Site) -> Finding:
    paths = sorted(set(ASSET.findall(_page(site).body)))
    missing = next((path for path in paths if not _loads(site, path)), None)
    if missing or not paths:
        return wrong(
            "assets",
            f"The page links to {missing or 'no style sheet or script'}, which does not load.",
            lines.COLLECT,
        )
    return fine("assets", f"all {len(paths)} files that the page links to load")


def _loads(site: Site, path: str) -> bool:
    try:
        return site.get(path).status == 200
    except (OSError, HTTPException):
        return False


def _page(site: Site) -> Answer:
    return site.get(site.path)
