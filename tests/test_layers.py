"""A module of chat/ imports only from the layers below its own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

CHAT = Path(__file__).resolve().parent.parent / "chat"

# A new module goes here and into docs/architecture.md.
LAYERS = {
    0: ["errors", "loops", "metrics", "outgoing", "tasks"],
    1: ["protocol", "database"],
    2: ["models"],
    3: ["broadcast"],
    4: ["services", "archive"],
    5: [
        *["journal", "hub", "hubs", "seat", "follower", "log", "recent"],
        *["presence", "roster", "limits", "free_space", "identity", "names", "origin", "draining"],
        *["turns", "titles", "directory", "census"],
        *["access_log", "readiness"],
    ],
    6: ["commands"],
    7: ["consumers", "views", "templatetags", "admin", "management"],
    8: ["routing", "urls", "apps", "checks"],
}
LAYER_OF = {module: layer for layer, modules in LAYERS.items() for module in modules}
# Here a module may also import one of its own layer, as long as that runs in no circle.
PEERS = {5, 8}


def test_every_module_imports_only_from_the_layers_below_its_own():
    imports = imports_within(CHAT)

    unknown = [module for module in imports if module not in LAYER_OF]
    assert imports, "there is no module in chat/"
    assert not unknown, f"{unknown}: add to LAYERS in {__file__} and to docs/architecture.md"
    assert not offences(imports), "\n".join(offences(imports))


def test_peers_import_each_other_in_no_circle():
    imports = imports_within(CHAT)

    assert not circles(imports), f"these import each other: {circles(imports)}"


@pytest.mark.parametrize(
    "line",
    [
        "from chat.hub import RoomHub",
        "from chat import errors, hub",
        "import chat.hub",
        "from . import hub",
        "from .hub import RoomHub",
        "def late():\n    from chat.hub import RoomHub",
        "try:\n    import chat.hub as seat\nexcept ImportError:\n    pass",
    ],
)
def test_an_import_from_above_is_seen_however_it_is_written(tmp_path, line):
    chat = package(tmp_path, models="from chat.errors import ChatError", hub="")
    assert not offences(imports_within(chat))

    (chat / "models.py").write_text(line)

    assert offences(imports_within(chat)) == ["models (layer 2) imports hub (layer 5)"]


def test_an_import_from_above_is_seen_inside_a_folder(tmp_path):
    chat = package(tmp_path, hub="")
    (chat / "models").mkdir()
    (chat / "models" / "room.py").write_text("from ..hub import RoomHub\nfrom .message import M")

    assert offences(imports_within(chat)) == ["models (layer 2) imports hub (layer 5)"]


def test_what_only_types_need_may_come_from_above(tmp_path):
    line = "if TYPE_CHECKING:\n    from chat.hub import RoomHub"

    assert not offences(imports_within(package(tmp_path, models=line, hub="")))


def test_a_circle_is_seen(tmp_path):
    one_way = package(tmp_path, hub="from chat import presence", presence="", limits="")
    assert not circles(imports_within(one_way))

    (one_way / "presence.py").write_text("from chat import limits")
    (one_way / "limits.py").write_text("from chat import hub")

    assert circles(imports_within(one_way)) == ["hub", "limits", "presence"]


def offences(imports):
    return [
        f"{module} (layer {LAYER_OF[module]}) imports {other} (layer {LAYER_OF[other]})"
        for module, others in imports.items()
        for other in sorted(others)
        if LAYER_OF[other] > LAYER_OF[module]
        or (LAYER_OF[other] == LAYER_OF[module] and LAYER_OF[module] not in PEERS)
    ]


def circles(imports):
    """The modules that import themselves by way of others."""
    reached = {module: set(others) for module, others in imports.items()}
    for _ in reached:
        for others in reached.values():
            others |= {far for other in others for far in reached.get(other, ())}
    return sorted(module for module, others in reached.items() if module in others)


def imports_within(chat):
    """For each module or folder of `chat`, the others that it imports."""
    imports = {}
    for path in sorted(chat.rglob("*.py")):
        name, *inner = path.relative_to(chat).with_suffix("").parts
        if name in ("__init__", "migrations"):
            continue
        found = {
            target
            for node in running_code(ast.parse(path.read_text()))
            for target in targets(node, [name, *inner])
        }
        imports.setdefault(name, set()).update(found - {name})
    return imports


def targets(node, place):
    """The modules of chat that one import statement in the module at `place` names."""
    if isinstance(node, ast.Import):
        paths = [alias.name.split(".") for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        base = ["chat", *place][: -node.level] if node.level else []
        base += node.module.split(".") if node.module else []
        paths = [[*base, alias.name] for alias in node.names]
    else:
        return []
    return [path[1] for path in paths if path[0] == "chat" and len(path) > 1]


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
