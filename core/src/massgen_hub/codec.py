"""Records to plain JSON and back. Everything that crosses a pipe or is kept in a file goes through here."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from math import isfinite
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(value: Any) -> str:
    """One line of JSON. Dataclasses become objects of their fields, tuples and sets arrays."""
    return _ENCODER.encode(value)


def from_json(text: str) -> Any:
    """The value of a JSON text. What Python writes and JSON does not know, NaN and Infinity, is None. Raises
    ValueError, and RecursionError where it is nested too deeply."""
    return _DECODER.decode(text)


def to_plain(value: Any) -> Any:
    """A record as the JSON value it becomes: dicts, lists, strings, numbers, bools and None."""
    return json.loads(to_json(value))


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return vars(value) if hasattr(value, "__dict__") else {f.name: getattr(value, f.name) for f in fields(value)}
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a `{type(value).__name__}` is not plain JSON")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain)


def _number(text: str) -> float | None:
    return number if isfinite(number := float(text)) else None


_DECODER = json.JSONDecoder(parse_constant=_number, parse_float=_number)


def from_plain(kind: type[T], data: Any) -> T:
    """The record of this type that `to_plain` made `data` of. Unknown fields are ignored, so that a newer writer can
    be read. Raises ValueError where a field is missing or has another shape."""
    return _read(kind, data)  # type: ignore[no-any-return]


def _read(kind: Any, data: Any) -> Any:
    if kind in _SIMPLE:
        return _simple(kind, data)
    if is_dataclass(kind):
        return _record(kind, data)  # type: ignore[arg-type]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return _simple(type(arguments[0]), data)
    if origin is Mapping:
        return _simple(Mapping, data)
    if origin is tuple and data is not None:
        return _tuple(arguments, data)
    if origin in (Union, types.UnionType):
        return _member(arguments, data)
    return data


def _simple(kind: Any, data: Any) -> Any:
    """A value as it is, where it is of this kind; a bool is no number."""
    if isinstance(data, _SIMPLE[kind]) and isinstance(data, bool) == (kind is bool):
        return data
    raise ValueError(f"expected a `{kind.__name__}`, got {data!r:.60}")


def _tuple(arguments: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    if not isinstance(data, (list, tuple)):
        raise ValueError(f"expected a list, got {data!r:.60}")
    if arguments[-1] is Ellipsis:
        return tuple(_read(arguments[0], item) for item in data)
    return tuple(_read(kind, item) for kind, item in zip(arguments, data, strict=True))


def _member(members: tuple[Any, ...], data: Any) -> Any:
    """The member of a union that fits: the record whose `kind` is named, or the only one that is not None."""
    if data is None:
        return None
    records = [member for member in members if is_dataclass(member)]
    if isinstance(data, Mapping) and "kind" in data:
        for member in records:
            if data["kind"] in get_args(_hints(member).get("kind")):
                return _read(member, data)
        raise ValueError(f"unknown kind {data['kind']!r}")
    others = [member for member in members if member is not type(None)]
    return _read(others[0], data) if len(others) == 1 else data


def _record(kind: type[Any], data: Any) -> Any:
    if not isinstance(data, Mapping):
        raise ValueError(f"expected the fields of a `{kind.__name__}`, got {data!r:.60}")
    hints, values = _hints(kind), {}
    for field in fields(kind):
        if field.name in data:
            values[field.name] = _read(hints[field.name], data[field.name])
        elif field.default is MISSING and field.default_factory is MISSING:
            raise ValueError(f"a `{kind.__name__}` needs `{field.name}`")
    return kind(**values)


_SIMPLE: Mapping[Any, Any] = {str: str, int: int, float: (int, float), bool: bool, Mapping: Mapping}
_hints: Callable[[Any], dict[str, Any]] = cache(get_type_hints)
