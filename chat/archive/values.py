"""Whether a value of a copy fits its field, so that an error can name the field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

Field: TypeAlias = "models.Field[Any, Any]"

FROM_JSON = {bool, int, float, str, list, dict}  # a database gives types of its own as well
KINDS: tuple[tuple[tuple[Any, ...], set[type], str], ...] = (
    ((models.BinaryField, models.JSONField), FROM_JSON, "anything"),
    ((models.BooleanField,), {bool}, "true or false"),
    ((models.IntegerField,), {int}, "a whole number"),  # no bool, which is an int to isinstance()
    ((models.FloatField,), {int, float}, "a number"),
    ((models.Field,), {str}, "a string"),
)


def preparing(field: Field, connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    """A function that takes a value, from JSON or another database, and returns it as this one
    stores it. It raises ValueError: what the value should be."""
    plain = field
    while isinstance(plain, models.ForeignKey):
        plain = plain.target_field
    wanted, name = next((types, name) for kinds, types, name in KINDS if isinstance(plain, kinds))
    wrong = FROM_JSON - wanted
    longest = plain.max_length if isinstance(plain, models.CharField) else None
    low = high = None
    if isinstance(plain, models.IntegerField):
        low, high = connection.ops.integer_field_range(plain.get_internal_type())

    def prepare(value: Any) -> Any:
        if value is None:
            if not field.null:
                raise ValueError("may not be null")
            return None
        if type(value) in wrong:
            raise ValueError(f"must be {name}")
        if longest is not None and len(value) > longest:
            raise ValueError(f"has {len(value):,} characters, and may have {longest:,}")
        if (low is not None and value < low) or (high is not None and value > high):
            raise ValueError(f"must be between {low:,} and {high:,}")
        try:
            value = field.to_python(value)
            if isinstance(value, datetime):
                value.astimezone(UTC)  # before year 1 Python could not read it back
            return field.get_db_prep_save(value, connection)
        except ValidationError as error:
            raise ValueError(f"is not valid: {' '.join(error.messages)}") from None
        except (ArithmeticError, AttributeError, TypeError, ValueError) as error:
            raise ValueError(f"is not valid: {error}") from None

    return prepare
