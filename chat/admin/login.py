"""Signing in, rate-limited by address against password guessing."""

from __future__ import annotations

import math
from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from chat.access.rate_limits import Rate, Rates, network_of

ATTEMPTS = 1 / 30, 5  # a second, and burst; for one address in one process

_rates = Rates(lambda: Rate(*ATTEMPTS))


class BoundedLoginForm(AdminAuthenticationForm):
    """Refuses before the password is checked, which takes a tenth of a second of CPU time."""

    def clean(self) -> dict[str, Any]:
        address = self.request.META.get("REMOTE_ADDR", "") if self.request else ""
        if wait := _rates.of(network_of(address)).wait():
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
