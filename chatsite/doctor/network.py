"""How clients reach the proxy: its DNS name, its port, its certificate."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping

from chatsite.doctor.finding import Finding, check, fine, note, wrong
from chatsite.doctor.site import TIMEOUT, Site

SOON = 14  # days; a certificate that renews itself is renewed earlier


@check("name")
def name_is_known(site: Site) -> Finding:
    try:
        found = socket.getaddrinfo(site.host, site.port, type=socket.SOCK_STREAM)
    except OSError as error:
        return wrong(
            "name",
            f"{site.host} cannot be resolved: {error}.",
            f"add a DNS record: {site.host}. A <this machine's address>",
        )
    addresses = sorted({str(address[4][0]) for address in found})
    return fine("name", f"{site.host} resolves to {', '.join(addresses)}")


@check("tls")
def certificate_is_valid(site: Site) -> Finding:
    """Checks too whether anything listens on the port."""
    trust = site.trust()
    try:
        raw = socket.create_connection((site.host, site.port), timeout=TIMEOUT)
    except OSError as error:
        return wrong(
            "tls",
            f"Nothing answers at {site.host}, port {site.port}: {error}.",
            f"systemctl start caddy; and in the firewall: allow tcp {site.port}",
        )
    with raw:
        if trust is None:
            return note(
                "tls",
                f"{site.url} does not use TLS: anyone on the network path can read and change it.",
            )
        try:
            with trust.wrap_socket(raw, server_hostname=site.host) as wrapped:
                found = wrapped.getpeercert() or {}
        except (OSError, ssl.CertificateError) as error:
            return wrong(
                "tls",
                f"Browsers do not trust {site.host}: {error}.",
                f"Caddyfile: {site.host} {{ ... }} as the site's address, and ports 80 and 443"
                " open to everybody; nginx: a valid ssl_certificate",
            )
    days = (ssl.cert_time_to_seconds(str(found["notAfter"])) - time.time()) / 86400
    if days < SOON and not _lives_short(found):
        return wrong(
            "tls",
            f"The certificate expires in {days:.0f} days and has not been renewed.",
            "journalctl -u caddy | grep -i certificate; with nginx: certbot renew",
        )
    return fine("tls", f"trusted, expires in {days:.1f} days")


def _lives_short(certificate: Mapping[str, object]) -> bool:
    """Whether it is valid for no longer than SOON in all, as that of a private CA may be."""
    begin, end = (
        ssl.cert_time_to_seconds(str(certificate[key])) for key in ("notBefore", "notAfter")
    )
    return (end - begin) / 86400 <= SOON
