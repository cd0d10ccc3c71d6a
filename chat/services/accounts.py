"""Accounts of those who administer. Guests have none."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError


def create_admin(*, username: str, password: str) -> bool:
    """Make an account that may do everything at /admin/; False where the name is taken.

    Raises ValidationError for a password that is too easily guessed.
    """
    users = get_user_model().objects
    if users.filter(username=username).exists():
        return False
    validate_password(password)
    try:
        users.create_superuser(username=username, password=password)
    except IntegrityError:  # another process was faster
        return False
    return True
