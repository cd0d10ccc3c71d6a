"""Filters for room titles."""

from __future__ import annotations

from django import template

from chat.models import title_for_reader

register = template.Library()
register.filter(title_for_reader)
