"""Whether the rows that a copy refers to exist."""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import Any

from django.db import connections, models

from chat.archive.errors import ArchiveError
from chat.archive.tables import CHUNK


class References:
    """Which rows are referred to, and where first. The database only looks at the end, and then
    names no row; the parts come in any order."""

    def __init__(self) -> None:
        self._places: dict[models.ForeignKey[Any, Any], dict[Any, str]] = defaultdict(dict)

    def seen_of(self, field: models.ForeignKey[Any, Any]) -> dict[Any, str]:
        return self._places[field]

    def check(self, alias: str) -> None:
        for field, places in self._places.items():
            key, label = field.target_field.attname, field.model._meta.label_lower
            others = field.target_field.model._base_manager.using(alias)
            values = iter(places)
            while some := list(islice(values, CHUNK)):
                found = others.filter(**{f"{key}__in": some}).values_list(key, flat=True)
                known = {field.get_db_prep_save(each, connections[alias]) for each in found}
                for value in some:
                    if value not in known:
                        where = field.target_field.model._meta.label_lower
                        raise ArchiveError(
                            f"{places[value]}: {field.attname} of {label} is {value}, which no"
                            f" {where} has as {key}."
                        )
