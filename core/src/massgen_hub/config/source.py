"""A config as a tree that knows where each of its values was written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..errors import ConfigError, Place
from .words import Keys, dotted, masked

DEEPEST = 50
MOST_VALUES = 25_000
_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_MARGIN = 60


@dataclass(frozen=True, eq=False)
class Text:
    """A text that errors point into: a file, or an option of the command line."""

    path: str
    body: str = field(repr=False)

    def place(self, line: int, column: int) -> Place:
        """A place by line and column from 1. Its line is safe to print."""
        raw = self._lines[line - 1] if line <= len(self._lines) else ""
        safe = "".join(" " if c == "\t" else c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in raw)
        return Place(path=self.path, line=line, column=column, text=masked(safe)[: column + _MARGIN])

    @cached_property
    def _lines(self) -> list[str]:
        return _BREAK.split(self.body)

    def place_at(self, index: int) -> Place:
        """The place of a character by its index from 0."""
        before = _BREAK.split(self.body[:index])
        return self.place(len(before), len(before[-1]) + 1)


@dataclass(frozen=True)
class Mark:
    """A position in a text; line and column from 1."""

    text: Text
    line: int
    column: int

    @property
    def place(self) -> Place:
        """The position with its line, for an error."""
        return self.text.place(self.line, self.column)


@dataclass(frozen=True, eq=False)
class Node:
    """A value of a config. `value` is a dict or a list of nodes, a scalar, or an object given in code.

    `path` is where the value stands in what the user wrote, also after it was moved. `mark` is the position of the
    value and `key` that of its key; both are None in a config made in code.
    """

    value: Any
    path: Keys = ()
    mark: Mark | None = None
    key: Mark | None = None

    def error(self, what: str, *, hint: str = "", at_key: bool = False) -> ConfigError:
        """An error that points to the value, or to its key."""
        mark = self.key if at_key and self.key else self.mark
        message = f"{dotted(self.path)}: {what}" if self.path else what
        return ConfigError(message, place=mark.place if mark else None, hint=hint)

    @property
    def place(self) -> Place | None:
        """Where the value is, if it is in a text."""
        return self.mark.place if self.mark else None

    def child(self, part: str | int) -> Node | None:
        """The value under a key or an index, if there is one."""
        if isinstance(self.value, dict):
            found = self.value.get(part)
            return found if isinstance(found, Node) else None
        if isinstance(self.value, list) and isinstance(part, int) and part < len(self.value):
            return self.value[part]  # type: ignore[no-any-return]
        return None

    def with_keys(self, children: Mapping[str, Node]) -> Node:
        """The same place with another mapping in it."""
        return Node(dict(children), self.path, self.mark, self.key)

    def mapping(self) -> dict[str, Node]:
        """The children by key. Raises `ConfigError` where this is no mapping."""
        if not isinstance(self.value, dict):
            raise self.error("expected a mapping")
        return self.value

    def items(self) -> Iterator[Node]:
        """The children of a mapping or list, none of a scalar."""
        if isinstance(self.value, dict):
            yield from self.value.values()
        elif isinstance(self.value, list):
            yield from self.value


def as_written(node: Node) -> Any:
    """A scalar as it stands in the config."""
    return node.value


def plain(node: Node, scalar: Callable[[Node], Any] = as_written) -> Any:
    """The plain value of a node, its scalars read by `scalar`."""
    if isinstance(node.value, dict):
        return {key: plain(child, scalar) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [plain(child, scalar) for child in node.value]
    return scalar(node)


def wrapped(value: Any, path: Keys = ()) -> Node:
    """A value given in code as a tree without positions. What is no plain value stays as it is."""
    if len(path) > DEEPEST:
        raise Node(None, path[:3]).error(f"nested more than {DEEPEST} levels deep")
    if isinstance(value, Mapping):
        return Node({str(key): wrapped(child, (*path, str(key))) for key, child in value.items()}, path)
    if isinstance(value, (list, tuple)):
        return Node([wrapped(child, (*path, index)) for index, child in enumerate(value)], path)
    return Node(value, path)
