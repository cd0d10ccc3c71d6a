"""Collected static files: one style sheet of many, and the modules that a page will need."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage

from chat.templatetags.modules import IMPORT
from chatsite.static_files import with_imports_inlined


@pytest.fixture
def collected():
    """`collected(**files)`: as collectstatic finds them, a `__` for each slash."""

    def collected(**files):
        storage = InMemoryStorage()
        names = {key.replace("__", "/") + ".css": text for key, text in files.items()}
        for name, text in names.items():
            storage.save(name, ContentFile(text.encode()))
        return {name: (storage, name) for name in names}

    return collected


def text(paths, name):
    storage, path = paths[name]
    return storage.open(path).read().decode()


def test_imported_style_sheets_replace_their_import_rules(collected):
    paths = collected(
        all='@import "css/one.css";\n@import "css/two.css";\nlast {}\n',
        css__one='@import "three.css";\none {}',
        css__two="two {}",
        css__three="three {}",
    )

    made = with_imports_inlined(paths)

    assert text(made, "all.css").replace("\n", "") == "three {}one {}two {}last {}"
    assert text(made, "css/two.css") == "two {}"
    assert text(paths, "all.css").startswith("@import")


def test_a_missing_style_sheet_stops_the_collection(collected):
    with pytest.raises(KeyError, match=r"css/gone\.css"):
        with_imports_inlined(collected(css__all='@import "gone.css";'))


def test_imports_of_every_form_are_found_and_nothing_else():
    source = """
import { one } from "./one.js";
import {
  two,
} from '../two.js';
import "./three.js";
export { four } from "./four.js";
import plain from "plain";
const five = () => import("./five.js");
// import { six } from "./six.js";
export const text = "./seven.js";
"""

    assert IMPORT.findall(source) == ["./one.js", "../two.js", "./three.js", "./four.js"]
