"""A package of chat/ imports only from the packages below its own, and no module itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

CHAT = Path(__file__).resolve().parent.parent / "chat"

# From the bottom up; the modules beside the packages count as packages of one module. A new one
# goes here and into docs/architecture.md.
LEVELS = [
    {"protocol"},
    {"database", "loops", "metrics", "tasks"},
    {"models", "access"},
    {"channel"},
    {"services", "rooms", "archive"},
    {"live"},
    {"views", "consumers", "templatetags"},
    {"admin", "management"},
    {"routing", "urls", "checks"},
    {"apps"},
]
LEVEL_OF = {package: level for level, packages in enumerate(LEVELS) for package in packages}


def test_every_package_imports_only_from_the_packages_below_its_own():
    imports = imports_between_packages(CHAT)

    unknown = [package for package in imports if package not in LEVEL_OF]
    assert imports, "there is no package in chat/"
    assert not unknown, f"{unknown}: add to LEVELS in {__file__} and to docs/architecture.md"
    assert not offences(imports), "\n".join(offences(imports))


def test_no_module_imports_itself_by_way_of_others():
    imports = imports_between_modules(CHAT)

    assert imports
    assert not circles(imports), f"these import each other: {circles(imports)}"


@pytest.mark.parametrize(
    "line",
    [
        "from chat.live.hub import RoomHub",
        "from chat import database, live",
        "import chat.live.hub",
        "from . import live",
        "from .live import hub",
        "def late():\n    from chat.live.hub import RoomHub",
        "try:\n    import chat.live as alive\nexcept ImportError:\n    pass",
    ],
)
def test_an_import_from_above_is_seen_however_it_is_written(tmp_path, line):
    chat = package(tmp_path, models="from chat.protocol.errors import ChatError", live="")
    assert not offences(imports_between_packages(chat))

    (chat / "models.py").write_text(line)

    assert offences(imports_between_packages(chat)) == ["models imports live"]


def test_an_import_from_a_package_of_the_same_level_is_seen(tmp_path):
    chat = package(tmp_path, services="", rooms="from chat.services import messages")

    assert offences(imports_between_packages(chat)) == ["rooms imports services"]


def test_an_import_from_above_is_seen_inside_a_folder(tmp_path):
    chat = package(tmp_path, live="")
    (chat / "models").mkdir()
    (chat / "models" / "room.py").write_text("from ..live import hub\nfrom .message import M")

    assert offences(imports_between_packages(chat)) == ["models imports live"]


def test_a_circle_is_seen_between_modules(tmp_path):
    chat = package(tmp_path, hub="from chat import presence", presence="", limits="")
    assert not circles(imports_between_modules(chat))

    (chat / "presence.py").write_text("from chat.limits import Rate")
    (chat / "limits.py").write_text("from chat.hub import Hub")

    assert circles(imports_between_modules(chat)) == ["chat.hub", "chat.limits", "chat.presence"]


def offences(imports):
    return [
        f"{package} imports {other}"
        for package, others in imports.items()
        for other in sorted(others)
        if LEVEL_OF[other] >= LEVEL_OF[package]
    ]


def circles(imports):
    """The modules that import themselves by way of others."""
    reached = {module: set(others) for module, others in imports.items()}
    for _ in reached:
        for others in reached.values():
            others |= {far for other in others for far in reached.get(other, ())}
    return sorted(module for module, others in reached.items() if module in others)


def imports_between_packages(chat):
    """For each package of `chat`, the others that it imports."""
    imports = {}
    for module, others in imports_between_modules(chat).items():
        package = package_of(module)
        found = {package_of(other) for other in others} - {package, None}
        imports.setdefault(package, set()).update(found)
    return imports


def package_of(module):
    """`live` for `chat.live.hub`; None for `chat` itself."""
    return (*module.split("."), None)[1]


def imports_between_modules(chat):
    """For each module of `chat`, the others that it imports when it runs."""
    modules = {}
    for path in sorted(chat.rglob("*.py")):
        parts = path.relative_to(chat.parent).with_suffix("").parts
        if "migrations" not in parts and parts != ("chat", "__init__"):
            modules[".".join(parts).removesuffix(".__init__")] = path
    return {
        module: {
            known
            for node in running_code(ast.parse(path.read_text()))
            for target in targets(
                node, module.split(".")[: None if path.stem == "__init__" else -1]
            )
            if (known := nearest(target, modules)) not in (None, module)
        }
        for module, path in modules.items()
    }


def nearest(name, modules):
    """The module that `name` is, or is in."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name or None


def targets(node, package):
    """What one import statement in a module of `package` names, dotted."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = package[: len(package) - node.level + 1] if node.level else []
        base = [*base, *(node.module.split(".") if node.module else [])]
        return [".".join([*base, alias.name]) for alias in node.names]
    return []


def running_code(node):
    """Every node below, but for what stands under `if TYPE_CHECKING:`."""
    for child in ast.iter_child_nodes(node):
        yield child
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for other in child.orelse:
                yield from (other, *running_code(other))
        else:
            yield from running_code(child)


def package(folder, **modules):
    chat = folder / "chat"
    chat.mkdir()
    for name, source in modules.items():
        (chat / f"{name}.py").write_text(source)
    return chat
