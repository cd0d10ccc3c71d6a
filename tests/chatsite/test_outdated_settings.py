"""An outdated setting that is still set causes one warning at start."""

from __future__ import annotations

import pytest

from chatsite.settings.environment import Environment
from testing import processes

RENAMED = {"OLD": "NEW"}


def test_the_log_names_each_outdated_setting_once_and_what_to_do():
    outdated = {"JOURNAL_QUEUE": 7, "ADMIN_USERNAME": "alice", "ADMIN_PASSWORD_FILE": "/nowhere"}
    with processes.chat_node(**outdated) as node:
        lines = node.log_text().splitlines()

    for name, instead in [
        ("JOURNAL_QUEUE", "now called POST_QUEUE_LIMIT"),
        ("ADMIN_USERNAME", "manage.py createsuperuser"),
        ("ADMIN_PASSWORD", "DJANGO_SUPERUSER_PASSWORD"),
    ]:
        [line] = [line for line in lines if f"Settings: {name} " in line]
        assert "WARNING" in line
        assert instead in line


@pytest.mark.parametrize(
    ("variables", "value"),
    [({"OLD": "7"}, 7), ({"OLD": "7", "NEW": "8"}, 8), ({"OLD": "7", "NEW": ""}, 7)],
)
def test_a_renamed_setting_is_read_unless_the_new_name_is_set(variables, value):
    env = Environment(variables, renamed=RENAMED)

    assert env.int("NEW", default=1) == value
    assert env.outdated == ["OLD is now called NEW; the next release ignores OLD."]


def test_a_renamed_setting_may_be_in_a_file(tmp_path):
    (tmp_path / "old").write_text("7")
    (tmp_path / "new").write_text("8")
    variables = {"OLD_FILE": str(tmp_path / "old")}
    env = Environment(variables, renamed=RENAMED)
    assert env.int("NEW", default=1) == 7

    env = Environment(variables | {"NEW_FILE": str(tmp_path / "new")}, renamed=RENAMED)

    assert env.int("NEW", default=1) == 8


@pytest.mark.parametrize("variables", [{}, {"OLD": "", "GONE": ""}, {"NEW": "1"}])
def test_nothing_is_outdated_where_only_current_settings_are_set(variables):
    assert not Environment(variables, renamed=RENAMED, removed={"GONE": "Stop."}).outdated
