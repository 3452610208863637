"""Tools that a config names."""

from __future__ import annotations

from massgen_hub.errors import ConfigError
from massgen_hub.targets import resolve
from smolagents import Tool, tool

FUNCTION_HINT = "annotate its arguments and its result, and describe each argument under `Args:` in its docstring"


def tool_named(name: str) -> Tool:
    """The tool `module:attribute`. Raises `ConfigError` where there is none, or smolagents cannot use it."""
    found = resolve(name)
    if isinstance(found, Tool):
        return found
    if not callable(found):
        kind = type(found).__name__
        raise ConfigError(f"the tool `{name}` is a `{kind}`", hint="name a function or a `smolagents.Tool`")
    try:
        return found() if isinstance(found, type) and issubclass(found, Tool) else tool(found)
    except Exception as refused:
        raise ConfigError(f"smolagents refuses the tool `{name}`: {refused}", hint=FUNCTION_HINT) from refused
