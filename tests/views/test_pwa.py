"""What installs the chat in a browser: its manifest, its icons, its service worker."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.urls import set_script_prefix

import chatsite.asgi  # noqa: F401  (collects the static files that the pages name)
from chat.views import pwa
from testing.processes import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
CSS = ROOT / "chat" / "static" / "chat" / "css"


def shell_of(script):
    return json.loads(re.search(r"self\.shell = (\{.*\});", script)[1])


def source_of(address):
    """The path of a static file; `address` is its URL, which contains a hash."""
    name = re.sub(r"^/static/", "", re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", address))
    return finders.find(name)


def png_size(path):
    with open(path, "rb") as file:
        head = file.read(24)
    assert head.startswith(b"\x89PNG\r\n\x1a\n")
    return "{}x{}".format(*struct.unpack(">II", head[16:]))


def test_the_icons_of_the_manifest_exist_in_the_sizes_that_it_names(client):
    page = client.get("/").content.decode()
    address = re.search(r'<link rel="manifest" href="([^"]+)">', page)[1]
    response = client.get(address)
    manifest = response.json()

    assert response.headers["Content-Type"] == "application/manifest+json"
    assert {"name", "short_name", "start_url", "scope", "display", "icons"} <= set(manifest)
    sizes = {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]}
    assert sizes >= {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")}
    for icon in manifest["icons"]:
        path = source_of(icon["src"])
        if icon["type"] == "image/png":
            assert png_size(path) == icon["sizes"]
        else:
            assert 'viewBox="0 0 512 512"' in Path(path).read_text()


def test_with_a_path_prefix_every_url_has_the_prefix(client):
    set_script_prefix("/chat/")
    try:
        manifest = json.loads(pwa.manifest(client.get("/").wsgi_request).content)
        script = pwa.worker(client.get("/").wsgi_request).content.decode()
    finally:
        set_script_prefix("/")

    assert manifest["start_url"] == manifest["scope"] == manifest["id"] == "/chat/"
    assert manifest["share_target"]["action"] == "/chat/"
    assert shell_of(script)["root"] == "/chat/"
    assert shell_of(script)["offline"] == "/chat/offline/"


def test_the_worker_is_not_cached_and_caches_only_hashed_files(client):
    response = client.get("/sw.js")
    files = shell_of(response.content.decode())["files"]

    assert response.headers["Content-Type"].startswith("text/javascript")
    assert "no-cache" in response.headers["Cache-Control"]
    assert any(re.search(r"/js/main\.[0-9a-f]{12}\.js$", name) for name in files)
    assert all(re.search(r"\.[0-9a-f]{12}\.(css|js|svg|png)$", name) for name in files)


def test_every_file_that_a_room_page_uses_is_cached(client):
    files = shell_of(client.get("/sw.js").content.decode())["files"]
    page = client.get("/r/attic/").content.decode()

    with_modules = page.replace(re.search(r"<noscript><link.*?</noscript>", page)[0], "")
    named = set(re.findall(r'"(/static/[^"#]+)', with_modules))
    assert len(named) > 10
    assert not named - set(files)


def test_without_hashed_static_files_nothing_is_cached(client, settings):
    assert client.get("/sw.js").status_code == 200
    pwa.build.cache_clear()
    settings.DEBUG = True
    try:
        assert client.get("/sw.js").status_code == 404
        assert '"build": null' in client.get("/").content.decode()
    finally:
        pwa.build.cache_clear()


@pytest.mark.parametrize(("sheet", "colour"), [("tokens", pwa.LIGHT), ("dark", pwa.DARK)])
def test_the_browsers_own_bar_has_the_colour_of_ours(client, sheet, colour):
    assert f'content="{colour}"' in client.get("/").content.decode()
    surface = re.search(r"--color-surface: oklch\(([\d.]+)", (CSS / f"{sheet}.css").read_text())

    green = int(colour[3:5], 16) / 255  # near enough to grey that this is most of its lightness
    assert ((green + 0.055) / 1.055) ** (2.4 / 3) == pytest.approx(float(surface[1]), abs=0.02)
