"""Dates in English that read the same in every country: Django's own are those of the USA."""

DATE_FORMAT = "j F Y"
