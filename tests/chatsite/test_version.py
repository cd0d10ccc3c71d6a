"""The version, in /healthz and in the changelog."""

from __future__ import annotations

import re

from django.conf import settings

from testing.processes import ROOT

ENTRY = re.compile(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?$", re.MULTILINE)


def test_healthz_reports_the_version(client):
    assert client.get("/healthz").json() == {"status": "alive", "version": settings.VERSION}


def test_the_version_is_the_newest_release_of_the_changelog():
    unreleased, *releases = ENTRY.findall((ROOT / "CHANGELOG.md").read_text())

    assert unreleased == ("Unreleased", "")
    assert releases[0][0] == settings.VERSION
    assert all(date for _, date in releases), "a release has a date"
