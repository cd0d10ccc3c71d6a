"""The line to change, for the proxy that the response came through."""

from __future__ import annotations

from django.conf import settings
from django.http.request import validate_host

from chatsite.doctor.site import Answer, Site

COLLECT = "python manage.py collectstatic --no-input, then restart"
NGINX_UPGRADE = (
    "nginx, in `location /`: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;"
    " proxy_set_header Connection $chat_connection;"
)
NGINX_HOST = "nginx, in `location /`: proxy_set_header Host $http_host;"
NGINX_FORWARDED = (
    "nginx, in `location /`: proxy_set_header X-Forwarded-For $remote_addr;"
    " proxy_set_header X-Forwarded-Proto $scheme;"
)
CADDY = "Caddyfile: in reverse_proxy remove what sets {}, as in deploy/Caddyfile"


def processes(answer: Answer | None) -> str:
    if _is_nginx(answer):
        return "systemctl status 'chat@*'; nginx: the `server` lines of `upstream chat`"
    return (
        "systemctl status 'chat@*'; Caddy: CHAT_UPSTREAMS=to 127.0.0.1:8001 in /etc/chat/caddy.env"
    )


def host(site: Site, answer: Answer | None) -> str:
    """Either the chat does not know its host name, or the proxy does not pass it on."""
    if not validate_host(site.host, settings.ALLOWED_HOSTS):
        return f"chat.env: PUBLIC_URL={site.url}"
    return NGINX_HOST if _is_nginx(answer) else CADDY.format("Host")


def upgrade(answer: Answer | None) -> str:
    return NGINX_UPGRADE if _is_nginx(answer) else CADDY.format("Connection or Upgrade")


def forwarded(answer: Answer | None) -> str:
    trusted = "chat.env: PUBLIC_URL=https://..., and TRUSTED_PROXIES=<the proxy's address>"
    return f"{trusted}; {NGINX_FORWARDED}" if _is_nginx(answer) else trusted


def _is_nginx(answer: Answer | None) -> bool:
    return answer is not None and "nginx" in answer.headers.get("Server", "").lower()
