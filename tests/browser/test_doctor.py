"""The doctor's page: staff see its findings, and only they can run it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import expect

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chatsite.doctor import Finding, State
from chatsite.doctor import admin_page as doctor
from testing import first_start, processes
from tests.managing import manage

PATH = "/admin/doctor/"
PASSWORD = "correct horse battery"
WITHIN = 60_000  # ms


@pytest.fixture
def not_run_yet(monkeypatch):
    monkeypatch.setattr(doctor, "_latest", None)


def signed_in(*, is_staff, **options):
    client = Client(**options)
    client.force_login(User.objects.create_user("alice", is_staff=is_staff))
    return client


def public_node(folder):
    """A node with a public URL below a path prefix."""
    node = processes.Node(folder, processes.DAPHNE, {})
    node.popen["env"]["PUBLIC_URL"] = f"{node.url}/chat"
    first_start.copy_to(node.data_dir)
    return node


def test_staff_see_what_is_wrong_and_the_line_to_change(new_context, shoot):
    with processes.serving(public_node) as node:
        words = ("createsuperuser", "--noinput", "--username=admin", "--email=admin@chat.example")
        manage(*words, DATA_DIR=node.data_dir, DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        address = f"{node.url}/chat"
        page = new_context(viewport={"width": 1440, "height": 900}).new_page()
        errors = []  # also what the Content-Security-Policy blocked
        page.on("console", lambda said: said.type == "error" and errors.append(said.text))
        page.goto(f"{address}{PATH}")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page.get_by_text("Not run yet since")).to_be_visible()
        (gone,) = (node.data_dir / "static" / "chat" / "js").glob("panels.*.js")
        gone.unlink()

        page.goto(f"{address}/admin/")
        page.get_by_role("link", name="Doctor").click()
        page.get_by_role("button", name="Run the doctor").click(timeout=WITHIN)

        wrong = page.locator("tr[data-state=WRONG]").filter(has_text="static files:")
        expect(wrong).to_contain_text(gone.name)
        expect(wrong.locator("code")).to_contain_text("collectstatic")
        for check in ("page", "upgrade", "both ways", "fan-out", "database", "migrations"):
            expect(page.locator("tr[data-state=fine]").filter(has_text=check).first).to_be_visible()
        shoot(page, "doctor")
        page.goto(page.url)  # a GET shows the results again
        expect(wrong).to_be_visible()
        page.set_viewport_size({"width": 360, "height": 800})
        page.emulate_media(color_scheme="dark")
        shoot(page, "doctor-phone")
        assert not errors


@pytest.mark.django_db
def test_others_are_asked_to_sign_in_and_the_doctor_does_not_run(not_run_yet):
    strangers = {"anonymous": Client(), "not staff": signed_in(is_staff=False)}

    for who, mallory in strangers.items():
        for answer in (mallory.get(PATH), mallory.post(PATH)):
            assert "/admin/login/" in answer.headers["Location"], who
    assert doctor._latest is None


@pytest.mark.django_db
def test_the_doctor_runs_once_at_a_time_and_only_from_its_own_page(not_run_yet):
    alice = signed_in(is_staff=True)
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = alice.cookies
    assert alice.get(PATH).status_code == 200

    assert forged.post(PATH).status_code == 403
    with doctor._running:
        assert alice.post(PATH).status_code == 409
    assert doctor._latest is None


@pytest.mark.parametrize(
    ("states", "summary", "level"),
    [
        ("fine fine", "No errors", "success"),
        ("fine note note", "No errors, 2 notes", "warning"),
        ("WRONG note", "1 error, 1 note", "error"),
    ],
)
def test_errors_and_notes_are_counted_separately(states, summary, level):
    findings = [Finding("each", State(state), "", "") for state in states.split()]

    examination = doctor.Examination(datetime.now(UTC), findings)

    assert (examination.summary, examination.level) == (summary, level)


@pytest.mark.django_db
def test_a_doctor_that_hangs_is_stopped_and_reported(not_run_yet, monkeypatch):
    monkeypatch.setattr(doctor, "TIMEOUT", 0.01)

    answer = signed_in(is_staff=True).post(PATH)

    assert b"It was stopped after 0.01 s" in answer.content
    assert b"1 error" in answer.content
    assert not doctor._running.locked()
