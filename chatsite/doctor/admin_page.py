"""`manage.py doctor` as an admin page: a button, and the latest findings of this server process.

The command runs as a child process: if it hangs it is killed, and it does not block the event loop.
Findings are in English, as on the command line.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from chatsite.doctor.finding import Finding, State

TIMEOUT = 40  # seconds; proxies commonly wait 60 for a response
COMMAND = (sys.executable, "manage.py", "doctor", "--json")
BY_HAND = "run python manage.py doctor, with the server's settings, to see more"


@dataclass(frozen=True)
class Examination:
    began_at: datetime
    findings: list[Finding]

    @property
    def level(self) -> str:
        """The CSS class of the admin's messages."""
        if self._count(State.WRONG):
            return "error"
        return "warning" if self._count(State.NOTE) else "success"

    @property
    def summary(self) -> str:
        wrong, notes = self._count(State.WRONG), self._count(State.NOTE)
        errors = (
            ngettext("{count} error", "{count} errors", wrong) if wrong else gettext("No errors")
        )
        errors = errors.format(count=wrong)
        if not notes:
            return errors
        counted = ngettext("{count} note", "{count} notes", notes).format(count=notes)
        return gettext("{errors}, {notes}").format(errors=errors, notes=counted)

    def _count(self, state: State) -> int:
        return sum(finding.state is state for finding in self.findings)


_running = Lock()
_latest: Examination | None = None


def doctor(request: HttpRequest) -> HttpResponse:
    """A POST shows the findings itself: after a redirect, another process might answer."""
    busy = request.method == "POST" and not _run()
    context = {
        **admin.site.each_context(request),
        "title": gettext("Doctor"),
        "busy": busy,
        "examination": _latest,
    }
    return TemplateResponse(request, "admin/doctor.html", context, status=409 if busy else 200)


def _run() -> bool:
    """False if it is already running."""
    global _latest
    if not _running.acquire(blocking=False):
        return False
    try:
        _latest = Examination(timezone.now(), _findings())
    finally:
        _running.release()
    return True


def _findings() -> list[Finding]:
    try:
        done = subprocess.run(
            COMMAND,
            cwd=settings.BASE_DIR,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        what = f"It was stopped after {TIMEOUT} s, before it was done."
        return [*_read(late.stdout), Finding("doctor", State.WRONG, what, BY_HAND)]
    findings = _read(done.stdout)
    if done.returncode and all(finding.state is not State.WRONG for finding in findings):
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        what = f"It failed: {lines[-1] if lines else done.returncode}"
        findings.append(Finding("doctor", State.WRONG, what, BY_HAND))
    return findings


def _read(output: bytes | None) -> list[Finding]:
    """The findings that `--json` printed; an incomplete last line is dropped."""
    whole = (output or b"").rpartition(b"\n")[0]
    found = [json.loads(line) for line in whole.splitlines()]
    return [Finding(**{**each, "state": State(each["state"])}) for each in found]


page = admin.site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(doctor))
