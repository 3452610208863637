"""The functions that an agent's entry names as its tools."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from massgen_hub.errors import ConfigError
from massgen_hub.targets import resolve


def load_tools(named: Iterable[str]) -> list[Callable[..., Any]]:
    """Import each `module:function`. Raises `ConfigError` where there is none."""
    return [_callable(name, resolve(name)) for name in named]


def _callable(name: str, tool: Any) -> Callable[..., Any]:
    if not callable(tool):
        raise ConfigError(f"the tool `{name}` is a `{type(tool).__name__}`, which cannot be called")
    return tool  # type: ignore[no-any-return]
