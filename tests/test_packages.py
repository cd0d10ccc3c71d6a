"""Imports point one way: between packages of chat/, from chatsite/ to chat/, and within both."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHAT = ROOT / "chat"
CHATSITE = ROOT / "chatsite"

# From the bottom up; the modules beside the packages count as packages of one module. A new one
# goes here and into docs/architecture.md.
LEVELS = [
    {"protocol"},
    {"database", "emoji", "formatting", "grouping", "metrics", "tasks"},
    {"models", "access"},
    {"channel", "drawn_messages"},
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


def test_the_chat_does_not_import_the_site():
    modules = [path for path in CHAT.rglob("*.py") if "migrations" not in path.parts]

    assert modules
    assert not [path for path in modules if imports_package(path, "chatsite")]


@pytest.mark.parametrize(
    "line",
    [
        "import chatsite",
        "from chatsite.startup import migrate",
        "def late():\n    import chatsite.proxies as proxies",
        "if TYPE_CHECKING:\n    from chatsite import server",
    ],
)
def test_an_import_of_the_site_is_found_however_it_is_written(tmp_path, line):
    module = tmp_path / "module.py"
    module.write_text("from chat import chatsite\nimport chatsites")
    assert not imports_package(module, "chatsite")

    module.write_text(line)

    assert imports_package(module, "chatsite")


def test_no_module_of_the_site_imports_itself_by_way_of_others_not_even_for_its_types():
    imports = imports_between_modules(CHATSITE, for_types=True)

    assert imports
    assert not circles(imports), f"these import each other: {circles(imports)}"


def test_a_circle_for_types_is_found_where_it_is_asked_for(tmp_path):
    chat = package(
        tmp_path, hub="from chat import seat", seat="if TYPE_CHECKING:\n    from chat import hub"
    )

    assert not circles(imports_between_modules(chat))
    assert circles(imports_between_modules(chat, for_types=True)) == ["chat.hub", "chat.seat"]


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


def imports_between_modules(root, *, for_types=False):
    """For each module of the package in `root`, the others that it imports when it runs, or, where
    `for_types`, when it is type-checked."""
    modules = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        if "migrations" not in parts and parts != (root.name, "__init__"):
            modules[".".join(parts).removesuffix(".__init__")] = path
    return {
        module: {
            known
            for node in code(ast.parse(path.read_text()), for_types=for_types)
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


def imports_package(path, name):
    nodes = code(ast.parse(path.read_text()), for_types=True)
    found = [target for node in nodes for target in targets(node, [])]
    return any(target.split(".")[0] == name for target in found)


def code(node, *, for_types):
    """Every node below; what stands under `if TYPE_CHECKING:` only where `for_types`."""
    for child in ast.iter_child_nodes(node):
        yield child
        is_for_types = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        if is_for_types and not for_types:
            for other in child.orelse:
                yield from (other, *code(other, for_types=for_types))
        else:
            yield from code(child, for_types=for_types)


def package(folder, **modules):
    chat = folder / "chat"
    chat.mkdir()
    for name, source in modules.items():
        (chat / f"{name}.py").write_text(source)
    return chat
