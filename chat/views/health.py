"""Health checks and metrics of this process, for proxies, supervisors and Prometheus."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chat.live.readiness import FINE, NOT_REQUIRED
from chat.live.runtime import runtime


@csrf_exempt
@require_safe
@never_cache
async def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the event loop runs, with the version."""
    return JsonResponse({"status": "alive", "version": settings.VERSION})


@csrf_exempt
@require_safe
@never_cache
async def readyz(request: HttpRequest) -> JsonResponse:
    """200 when this process can serve visitors, else 503; with the state of each part."""
    parts = await runtime().readiness.shortcomings()
    is_ready = all(state == FINE for part, state in parts.items() if part not in NOT_REQUIRED)
    answer = {"status": "ready" if is_ready else "not ready", **parts}
    return JsonResponse(answer, status=200 if is_ready else 503)


@csrf_exempt
@require_safe
@never_cache
async def metrics(request: HttpRequest) -> HttpResponse:
    """This process's metrics; requires METRICS_TOKEN, without which there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
        refusal = HttpResponse("Authorization: Bearer METRICS_TOKEN is needed.\n", status=401)
        refusal["WWW-Authenticate"] = "Bearer"
        return refusal
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
