"""YAML to nodes: the scalars of YAML 1.2's core schema, no tag that makes an object, and limits on everything."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import yaml

from ..errors import ConfigError
from .source import DEEPEST, MOST_VALUES, Mark, Node, Text
from .words import Keys, dotted, shown

_TAGS = "tag:yaml.org,2002:"
_MERGE = "<<"
_PLAIN = (
    ("null", re.compile(r"~|null|Null|NULL|")),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE")),
    ("int", re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")),
    ("float", re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")),
)
_COLLECTIONS: Mapping[type[yaml.Node], str] = {yaml.MappingNode: "map", yaml.SequenceNode: "seq"}
_HINTS = (
    ("'\\t'", "indent with spaces, not with tabs"),
    ("cannot start any token", "put a text that starts with this character in quotes"),
    ("mapping values are not allowed", "put a text that holds `: ` in quotes, and check the indentation"),
    ("expected <block end>", "check the indentation of this line"),
    ("could not find expected ':'", "a key is followed by `: `; check the indentation and the quotes before"),
    ("found undefined alias", "define it first, as in `key: &name value`"),
    ("found another document", "a config is one document: remove the line `---`"),
)


def parse(text: Text) -> Node:
    """The only document of a text. Raises `ConfigError` with the place of whatever is wrong."""
    root = _composed(text)
    return Node(None, mark=Mark(text, 1, 1)) if root is None else _Builder(text).node(root, ())


def scalar(text: str) -> Any:
    """What a scalar on its own means, plain or in quotes. Raises `ValueError` for a number out of range."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return _READ[_kind(text)](text)


def _composed(text: Text) -> yaml.Node | None:
    try:
        loader = _Composer(text)
    except yaml.reader.ReaderError as broken:
        what = f"the character U+{int(broken.character):04X} is not allowed in YAML"
        raise ConfigError(what, place=text.place_at(broken.position)) from None
    try:
        return loader.get_single_node()
    except yaml.MarkedYAMLError as broken:
        raise _syntax_error(text, broken) from None
    except (ValueError, OverflowError):  # PyYAML converts escapes such as "\UFFFFFFFF" without a check
        raise _refused(text, loader.get_mark(), "not valid YAML: a character or number out of range") from None


def _syntax_error(text: Text, broken: yaml.MarkedYAMLError) -> ConfigError:
    problem = (broken.problem or "it does not parse").removeprefix("but ")
    where = broken.problem_mark or broken.context_mark
    hint = next((hint for part, hint in _HINTS if part in problem), "")
    place = text.place(where.line + 1, where.column + 1) if where else None
    return ConfigError(f"not valid YAML: {shown(problem)}", place=place, hint=hint)


class _Composer(yaml.SafeLoader):
    """PyYAML up to its nodes. It stops at the limits instead of reading on."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.body)
        self._text, self._depth, self._seen = text, 0, 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        self._depth, self._seen = self._depth + 1, self._seen + 1
        if self._depth > DEEPEST + 1:
            raise _refused(self._text, self._next(), f"nested more than {DEEPEST} levels deep")
        if self._seen > 2 * MOST_VALUES:  # keys are nodes too
            raise _refused(self._text, self._next(), f"more than {MOST_VALUES} values")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode and implicit[0]:
            return _TAGS + _kind(value)
        return _TAGS + _COLLECTIONS.get(kind, "str")

    def _next(self) -> Any:
        parser: Any = self  # PyYAML's stubs leave this one untyped
        return parser.peek_event().start_mark


def _kind(text: str) -> str:
    return next((kind for kind, pattern in _PLAIN if pattern.fullmatch(text)), "str")


def _refused(text: Text, mark: Any, what: str, hint: str = "") -> ConfigError:
    return ConfigError(what, place=text.place(mark.line + 1, mark.column + 1), hint=hint)


class _Builder:
    """From PyYAML's nodes to ours: aliases become copies, which are counted, and merge keys are resolved."""

    def __init__(self, text: Text) -> None:
        self._text, self._count, self._depth = text, 0, 0

    def node(self, raw: yaml.Node, path: Keys, key: Mark | None = None) -> Node:
        with self._limited(raw, path):
            return Node(self._value(raw, path), path, self._mark(raw), key)

    @contextmanager
    def _limited(self, raw: yaml.Node, path: Keys) -> Iterator[None]:
        self._count, self._depth = self._count + 1, self._depth + 1
        if self._count > MOST_VALUES:
            raise self._error(raw, path[:1], f"more than {MOST_VALUES} values once all aliases are written out")
        if self._depth > DEEPEST + 1:
            raise self._error(raw, path[:1], f"nested more than {DEEPEST} levels deep once aliases are written out")
        yield
        self._depth -= 1

    def _value(self, raw: yaml.Node, path: Keys) -> Any:
        if isinstance(raw, yaml.MappingNode) and raw.tag == _TAGS + "map":
            return self._mapping(raw, path)
        if isinstance(raw, yaml.SequenceNode) and raw.tag == _TAGS + "seq":
            return [self.node(item, (*path, index)) for index, item in enumerate(raw.value)]
        read = _READ.get(raw.tag.removeprefix(_TAGS)) if isinstance(raw, yaml.ScalarNode) else None
        if read is None or not raw.tag.startswith(_TAGS):
            raise self._error(
                raw, path, f"the tag `{shown(_short(raw.tag))}` is not allowed", "a config holds plain values"
            )
        try:
            return read(raw.value)
        except ValueError as failure:
            raise self._error(raw, path, str(failure)) from None

    def _mapping(self, raw: yaml.MappingNode, path: Keys) -> dict[str, Node]:
        children: dict[str, Node] = {}
        merged: list[yaml.Node] = []
        for key, value in raw.value:
            name, mark = self._key(key, path), self._mark(key)
            if name == _MERGE and key.style is None:
                merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
            elif name in children:
                first = children[name].key
                what = f"duplicate key, first given in line {first.line if first else '?'}"
                raise self._error(key, (*path, name), what)
            else:
                children[name] = self.node(value, (*path, name), mark)
        for source in merged:
            children = {**self._merged(source, path), **children}
        return children

    def _merged(self, raw: yaml.Node, path: Keys) -> dict[str, Node]:
        if not isinstance(raw, yaml.MappingNode):
            raise self._error(raw, path, "`<<` takes a mapping or a list of mappings")
        with self._limited(raw, path):
            return self._mapping(raw, path)

    def _key(self, raw: yaml.Node, path: Keys) -> str:
        if isinstance(raw, yaml.ScalarNode) and raw.tag.removeprefix(_TAGS) in _READ:
            return str(raw.value)
        raise self._error(raw, path, "a key must be plain text")

    def _mark(self, raw: yaml.Node) -> Mark:
        return Mark(self._text, raw.start_mark.line + 1, raw.start_mark.column + 1)

    def _error(self, raw: yaml.Node, path: Keys, what: str, hint: str = "") -> ConfigError:
        return _refused(self._text, raw.start_mark, f"{dotted(path)}: {what}" if path else what, hint)


def _short(tag: str) -> str:
    return f"!!{tag.removeprefix(_TAGS)}" if tag.startswith(_TAGS) else tag


def _text(raw: str) -> str:
    if any("\ud800" <= character <= "\udfff" for character in raw):
        raise ValueError("half of a surrogate pair stands for no character")
    return raw


def _null(raw: str) -> None:
    if _kind(raw) != "null":
        raise ValueError(f"`{shown(raw)}` is not null")


def _boolean(raw: str) -> bool:
    if _kind(raw) != "bool":
        raise ValueError(f"`{shown(raw)}` is neither true nor false")
    return raw.lower() == "true"


def _whole(raw: str) -> int:
    if _kind(raw) != "int" or len(raw) > 40:
        raise ValueError(f"`{shown(raw)}` is no whole number of a sensible size")
    return int(raw, 0 if raw[:2] in ("0x", "0o") else 10)


def _number(raw: str) -> float:
    value = float(raw) if _kind(raw) in ("float", "int") else math.inf
    if not math.isfinite(value):
        raise ValueError(f"`{shown(raw)}` is no number of a sensible size")
    return value


_READ: Mapping[str, Callable[[str], Any]] = {
    "null": _null,
    "bool": _boolean,
    "int": _whole,
    "float": _number,
    "str": _text,
}
