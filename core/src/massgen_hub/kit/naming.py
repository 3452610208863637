"""What options name: tools, other functions, and who of a group casts the ballot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ..errors import ConfigError
from ..hints import did_you_mean
from ..targets import resolve

T = TypeVar("T")


def tool_named(name: str, framework: str, kinds: type | tuple[type, ...], make: Callable[[Any], Any]) -> Any:
    """The tool that `tools` names: one of the framework's `kinds` as it is, any other function made one.

    Raises `ConfigError` where there is none, or the framework refuses it.
    """
    found = resolve(name)
    if isinstance(found, kinds):
        return found
    hint = f"`tools` are functions with annotations and a docstring, or tools of {framework}"
    if not callable(found):
        raise ConfigError(f"`{name}` is a `{type(found).__name__}`, which is no tool", hint=hint)
    try:
        return make(found)
    except Exception as refused:
        raise ConfigError(f"{framework} refuses the tool `{name}`: {refused}", hint=hint) from refused


def function_named(option: str, value: str | None, otherwise: str) -> Callable[[Any], Any] | None:
    """The function that the value of an option names; None where it is no `module:attribute` but what `otherwise` says.

    Raises `ConfigError` where there is no such function.
    """
    if value is None or ":" not in value:
        return None
    found = resolve(value)
    if not callable(found):
        what = f"`{option}: {value}` is a `{type(found).__name__}`"
        raise ConfigError(what, hint=f"name a function, or {otherwise}")
    return found  # type: ignore[no-any-return]


def voter_named(name: str, able: Mapping[str, T]) -> T:
    """The one of those `able` to vote that `voter` names. Raises `ConfigError` where it is none of them."""
    if name in able:
        return able[name]
    known = ", ".join(f"`{each}`" for each in able)
    hint = did_you_mean(name, able) or (f"there are {known}" if known else "nobody in it has a model that may vote")
    raise ConfigError(f"`voter`: there is no `{name}` that could vote", hint=hint)
