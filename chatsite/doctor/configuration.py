"""Runs the system checks of Django and of the chat."""

from __future__ import annotations

from django.core.checks import ERROR, WARNING, run_checks

from chatsite.doctor.finding import Finding, check, fine, note, wrong


@check("settings")
def settings_pass_the_checks() -> Finding:
    found = [each for each in run_checks(include_deployment_checks=True) if not each.is_silenced()]
    errors = [each for each in found if each.level >= ERROR]
    warnings = [each for each in found if ERROR > each.level >= WARNING]
    for each in errors:
        return wrong("settings", f"{each.id}: {each.msg}", str(each.hint or "see the message"))
    for each in warnings:
        return note("settings", f"{each.id}: {each.msg}", str(each.hint or ""))
    return fine("settings", "check --deploy finds no problems")
