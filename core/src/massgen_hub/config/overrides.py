"""`--set a.b.c=value` and `--model NAME`: what the command line changes in a config."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import ConfigError
from ..hints import did_you_mean
from .core_yaml import scalar
from .source import Mark, Node, Text
from .words import listed


def overridden(root: Node, overrides: Sequence[str]) -> Node:
    """The config with each `path=value` put in its place. A path names keys, list indices from 0, or agents by id.

    Values are read as scalars of YAML. Errors point into the override.
    """
    for override in overrides:
        path, separator, written = override.partition("=")
        text = Text("--set", override)
        parts = path.strip().split(".")
        if not separator or not all(parts):
            raise ConfigError("an override is `path=value`", place=text.place(1, 1), hint="as in `seed=7`")
        mark = Mark(text, 1, len(path) + 2)
        try:
            value = Node(scalar(written.strip()), mark=mark, key=Mark(text, 1, 1))
        except ValueError as failure:
            raise ConfigError(str(failure), place=mark.place) from None
        root = _put(root, parts, value)
    return root


def _put(node: Node, parts: Sequence[str], value: Node) -> Node:
    if not parts:
        return replace(value, path=node.path)
    head, rest = parts[0], parts[1:]
    if isinstance(node.value, list):
        index = _index(node, head, value)
        changed = [*node.value]
        changed[index] = _put(changed[index], rest, value)
        return replace(node, value=changed)
    if node.value is not None and not isinstance(node.value, dict):
        raise replace(value, path=node.path).error(f"there is no `{head}` in it: it is no mapping", at_key=True)
    children = dict(node.value or {})
    inner = children.get(head, Node(None, (*node.path, head), value.mark, value.key))
    return replace(node, value={**children, head: _put(inner, rest, value)})


def _index(node: Node, part: str, value: Node) -> int:
    if part.isdecimal() and int(part) < len(node.value):
        return int(part)
    ids = [found.value if (found := item.child("id")) else None for item in node.value]
    if part in ids:
        return ids.index(part)
    known = [name for name in ids if isinstance(name, str)]
    what = f"no entry `{part}`; there are {len(node.value)}"
    hint = did_you_mean(part, known) or f"count from 0, or name one of {listed(known)}"
    raise replace(value, path=node.path).error(what, hint=hint, at_key=True)


def with_model(agent: Node, model: str) -> Node:
    """The agent with another model: in place of the one it names, or where it is not an object that brings its own."""
    children = agent.value
    if not isinstance(children, dict) or ("agent" in children and "model" not in children):
        return agent
    mark = Mark(Text("--model", model), 1, 1)
    return agent.with_keys({**children, "model": Node(model, (), mark, mark)})
