"""The settings that follow from PUBLIC_URL, and the deployment checks."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from testing import processes
from testing.processes import ROOT
from testing.waiting import SECONDS
from tests.loaded_settings import settings_of

DEPLOY = (sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING")


def checked_for_deployment(tmp_path, **environment):
    environment = {"DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]} | environment
    return subprocess.run(DEPLOY, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_with_public_url_the_deployment_checks_pass(tmp_path):
    clean = checked_for_deployment(tmp_path, PUBLIC_URL="https://chat.example.org")
    bare = checked_for_deployment(tmp_path)

    assert clean.returncode == 0, clean.stderr
    assert bare.returncode != 0
    assert "HINT: Set PUBLIC_URL=https://chat.example.org" in bare.stderr
    assert "TRUSTED_PROXIES=127.0.0.1" in bare.stderr


def test_hosts_origins_prefix_and_hsts_follow_from_the_public_url(tmp_path):
    code = "print(ALLOWED_HOSTS[-1], CSRF_TRUSTED_ORIGINS, FORCE_SCRIPT_NAME, SECURE_HSTS_SECONDS)"

    def followed(url):
        return settings_of(tmp_path, code, PUBLIC_URL=url).stdout.strip()

    assert followed("https://chat.example.org/") == (
        "chat.example.org ['https://chat.example.org'] None 2592000"
    )
    assert followed("https://Chat.Example.org:8443/talk/") == (
        "chat.example.org ['https://chat.example.org:8443'] /talk 2592000"
    )
    assert followed("http://[::1]:80") == "[::1] ['http://[::1]:80'] None 0"


def test_a_host_in_another_script_is_sent_as_browsers_send_it(tmp_path):
    written, sent = "https://دردشة.example:8443/talk/", "xn--ogblahq.example:8443"

    printed = settings_of(tmp_path, "print(PUBLIC_URL)", PUBLIC_URL=written).stdout.strip()

    assert printed == f"https://{sent}/talk"


@pytest.mark.parametrize(
    "names",
    [
        {},
        {"PUBLIC_URL": "https://دردشة.example"},
        {"ALLOWED_HOSTS": "https://chat.example.org"},
        {"ALLOWED_HOSTS": "*"},
    ],
)
def test_the_health_check_works_whatever_hosts_are_allowed(names):
    with processes.chat_node(**names) as node:
        environment = node.popen["env"] | names
        command = (sys.executable, "deploy/ready", f"{node.url}/readyz", str(SECONDS))
        asked = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    assert (asked.returncode, asked.stderr) == (0, "")


@pytest.mark.parametrize(
    "url", ["chat.example.org", "ftp://chat.example.org", "https://", "https://a:b", "https://a/?b"]
)
def test_an_invalid_public_url_is_refused_with_an_example(tmp_path, url):
    refused = settings_of(tmp_path, PUBLIC_URL=url)

    assert f"PUBLIC_URL is '{url}'" in refused.stderr
    assert "https://chat.example.org" in refused.stderr


def test_invalid_proxies_are_refused_by_name(tmp_path):
    refused = settings_of(tmp_path, TRUSTED_PROXIES="127.0.0.1,proxy.example")

    assert "TRUSTED_PROXIES: 'proxy.example' does not appear" in refused.stderr
