"""chat/channel/group.py is the only module that uses Channels' channel layers."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
ALLOWED = {
    "chat/channel/group.py",
    "chatsite/memory_layer.py",  # a channel layer itself
}
METHODS = {"get_channel_layer", "group_add", "group_discard", "group_send", "new_channel"}


def test_only_one_module_uses_the_channel_layer():
    users = {
        str(path.relative_to(ROOT))
        for folder in ("chat", "chatsite")
        for path in (ROOT / folder).rglob("*.py")
        if uses_a_layer(path.read_text())
    }

    assert users == ALLOWED


@pytest.mark.parametrize(
    "line",
    [
        "from channels.layers import get_channel_layer",
        "from channels import layers",
        "import channels.layers",
        "import channels.layers as layers",
        "def late():\n    from channels.layers import channel_layers",
        "async def late(self):\n    await self.channel_layer.group_send('room.lobby', {})",
        "layer.group_add",
    ],
)
def test_a_use_of_the_layer_is_found_however_it_is_written(line):
    assert uses_a_layer(line)


@pytest.mark.parametrize(
    "line",
    [
        "from channels.generic.websocket import AsyncWebsocketConsumer",
        "from chat.channel import group\n\ngroup.send('room.lobby', {})",
        "BACKEND = 'channels.layers.InMemoryChannelLayer'",
    ],
)
def test_what_does_not_use_the_layer_is_not_found(line):
    assert not uses_a_layer(line)


def uses_a_layer(source):
    return any(
        name == "channels.layers" or name.startswith("channels.layers.") or name in METHODS
        for node in ast.walk(ast.parse(source))
        for name in names_in(node)
    )


def names_in(node):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return [node.attr] if isinstance(node, ast.Attribute) else []
