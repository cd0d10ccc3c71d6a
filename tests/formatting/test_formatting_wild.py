"""Formatting keeps every character of any text, bounds the tree, and takes linear time."""

from __future__ import annotations

import time

import pytest

from chat.formatting import Mark, Node, as_html, parse
from chat.formatting.tree import MAX_NODES, typed_text
from tests.formatting.texts import HOSTILE, PARTS

hypothesis = pytest.importorskip("hypothesis")
st = hypothesis.strategies

TEXTS = st.lists(st.sampled_from(PARTS), max_size=60).map("".join) | st.text(max_size=200)


@hypothesis.given(TEXTS)
def test_every_typed_character_is_in_the_tree(text):
    assert typed_text(parse(text)) == text


@hypothesis.given(TEXTS)
def test_a_tree_is_bounded_and_has_no_empty_parts(text):
    tree = parse(text * 20)

    assert sum(node.kind not in ("ul", "ol") for node in nodes(tree)) <= MAX_NODES
    assert depth(tree) <= 8  # two quotes, a list, its item, three marks, and code or a link
    assert "" not in leaves(tree)


@pytest.mark.parametrize("part", HOSTILE.values(), ids=HOSTILE)
def test_no_text_takes_much_longer_than_plain_text_of_the_same_length(part):
    size = 32_000
    hostile = (part * size)[:size]

    # A busy machine may slow down any one of the attempts, but not all of them.
    assert any(
        seconds(lambda: as_html(parse(hostile)))
        < 40 * seconds(lambda: parse("word " * (size // 5)))
        for _ in range(20)
    )
    assert typed_text(parse(hostile)) == hostile


def nodes(children):
    for child in children:
        if isinstance(child, Node):
            yield child
            yield from nodes(child.children)


def depth(children):
    inner = [child.children for child in children if isinstance(child, Node)]
    return 1 + max(map(depth, inner)) if inner else 0


def leaves(children):
    for child in children:
        if isinstance(child, Node):
            yield from leaves(child.children)
        else:
            yield child.mark if isinstance(child, Mark) else child


def seconds(work):
    """The shortest of some runs."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)
