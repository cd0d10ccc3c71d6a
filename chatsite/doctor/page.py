"""The page, as a browser gets it through the proxy."""

from __future__ import annotations

import re
from http.client import HTTPException

from django.conf import settings
from django.http.request import validate_host

from chatsite.doctor import lines
from chatsite.doctor.finding import Finding, check, fine, wrong
from chatsite.doctor.site import Answer, Site

OURS = "chat-config"  # what every page of the chat holds
AWAY = {502, 503, 504}  # what a proxy says when nobody behind it answers
ASSET = re.compile(r'(?:href|src)="([^"?#]+\.(?:css|js|svg))"')


@check("page")
def page_opens(site: Site) -> Finding:
    try:
        answer = site.get(site.path)
    except (OSError, HTTPException) as error:
        return wrong("page", f"{site.url}/ gives no answer: {error!r}.", lines.processes(None))
    if OURS in answer.body and answer.status == 200:
        return fine("page", f"{site.url}/ shows the chat")
    if answer.status == 400:
        return wrong(
            "page", f"The chat does not answer to {site.host} (400).", lines.host(site, answer)
        )
    if not validate_host(site.host, settings.ALLOWED_HOSTS):
        # Caddy has asked each process under this name, and takes all of them for dead.
        return wrong(
            "page",
            f"{site.url}/ answers {answer.status}, and the chat does not answer to {site.host}.",
            lines.host(site, answer),
        )
    if OURS in answer.body or answer.status in AWAY:
        return wrong(
            "page",
            f"{site.url}/ answers {answer.status}: no process behind the proxy is well.",
            lines.processes(answer),
        )
    return wrong(
        "page",
        f"{site.url}/ answers {answer.status}, and not with the chat.",
        lines.processes(answer),
    )


@check("scheme")
def https_is_known(site: Site) -> Finding:
    """Whether the chat knows by which scheme, and through whom, people come."""
    cookies = _page(site).headers.get_all("Set-Cookie") or []
    guest = next((cookie for cookie in cookies if cookie.startswith("chat_guest=")), "")
    if not site.secure:
        return fine("scheme", "plain http, and the chat's cookies are for it")
    if "secure" in guest.lower():
        return fine("scheme", "the chat believes the proxy that people come by https")
    return wrong(
        "scheme",
        "The chat does not know that people come by https: names are not remembered, and everybody"
        " seems to come from one address.",
        lines.forwarded(_page(site)),
    )


@check("assets")
def static_files_load(site: Site) -> Finding:
    paths = sorted(set(ASSET.findall(_page(site).body)))
    missing = next((path for path in paths if not _loads(site, path)), None)
    if missing or not paths:
        return wrong(
            "assets",
            f"The page names {missing or 'no style or script'}, which cannot be had.",
            lines.COLLECT,
        )
    return fine("assets", f"all {len(paths)} files that the page names load")


def _loads(site: Site, path: str) -> bool:
    try:
        return site.get(path).status == 200
    except (OSError, HTTPException):
        return False


def _page(site: Site) -> Answer:
    return site.get(site.path)
