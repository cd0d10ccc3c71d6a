"""Signing in, at a pace at which passwords cannot be guessed."""

from __future__ import annotations

import math
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address
from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from chat.limits import Rate

ATTEMPTS = 1 / 30, 5  # a second and at once, of one address in one process
MAX_KEYS = 10_000  # addresses remembered; the longest idle go first

_rates: OrderedDict[str, Rate] = OrderedDict()


class BoundedLoginForm(AdminAuthenticationForm):
    """Refuses before it looks at the password, which takes a tenth of a second of work."""

    def clean(self) -> dict[str, Any]:
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        if wait := _rate_of(_network(address)).wait():
            seconds = math.ceil(wait)
            raise ValidationError(
                ngettext(
                    "Too many attempts. Try again in {seconds} second.",
                    "Too many attempts. Try again in {seconds} seconds.",
                    seconds,
                ).format(seconds=seconds),
                code="too_fast",
            )
        return super().clean()


def _rate_of(key: str) -> Rate:
    """Views run in threads: a rate that two make at once is lenient for one attempt, no more."""
    rate = _rates.pop(key, None) or Rate(*ATTEMPTS)
    _rates[key] = rate
    if len(_rates) > MAX_KEYS:
        _rates.popitem(last=False)
    return rate


def _network(address: str) -> str:
    """Who has one IPv6 address has 2**64 of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return parsed.exploded[:19] if isinstance(parsed, IPv6Address) else address
