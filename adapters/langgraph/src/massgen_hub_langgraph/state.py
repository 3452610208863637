"""Where a graph takes the prompt and leaves the answer, and the text of what it leaves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from inspect import signature
from typing import Any

from langchain_core.messages import BaseMessage
from langgraph.pregel import Pregel
from massgen_hub.contract import Turn
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.kit import as_text, function_named
from pydantic_core import to_jsonable_python

MESSAGES, STRUCTURED = "messages", "structured_response"
"""The keys of the conversation in nearly every graph, and of the reply that a `response_format` asks for."""
INTERNAL = ("__", "branch:")
"""How the names of channels start that are no part of a graph's state."""
OR_ELSE = "a key of the graph's state"
"""What `input` and `output` name, if no function."""


def way_in(option: str | None, graph: Pregel[Any, Any, Any, Any]) -> Callable[[Turn], Any]:
    """From a turn to the graph's input: the prompt under a key, as a message where messages are expected.

    Raises `ConfigError` where the graph takes no such key.
    """
    if function := function_named("input", option, OR_ELSE):
        whole = "turn" in signature(function).parameters
        return lambda turn: function(turn if whole else turn.prompt)
    builder = getattr(graph, "builder", None)  # what a graph takes may be less than what it has
    key = _key("input", option, graph, builder.schemas[builder.input_schema] if builder else graph.channels)
    if key is None:
        return lambda turn: turn.prompt
    return lambda turn: {key: [{"role": "user", "content": turn.prompt}] if key == MESSAGES else turn.prompt}


def way_out(option: str | None, graph: Pregel[Any, Any, Any, Any]) -> Callable[[Any], Any]:
    """From the graph's last state to its answer, of messages the last: it raises `TurnError` where there is none.

    Raises `ConfigError` where the graph has no such key.
    """
    if function := function_named("output", option, OR_ELSE):
        return function
    key = _key("output", option, graph, graph.channels)
    if key is None:
        return lambda state: state

    def answer(state: Mapping[str, Any]) -> Any:
        found = (None if option else state.get(STRUCTURED)) or state.get(key)
        if found is None or found == []:
            raise TurnError(f"the graph ended without `{key}`", hint="is `output` the right one?")
        return found[-1] if isinstance(found, list) and isinstance(found[-1], BaseMessage) else found

    return answer


def text_of(value: object) -> str:
    """The text of a message, a string as it is, and JSON for what has structure."""
    if isinstance(value, BaseMessage):
        return str(value.text)
    return as_text(to_jsonable_python(value, fallback=str, bytes_mode="base64"))


def _key(name: str, option: str | None, graph: Pregel[Any, Any, Any, Any], keys: Collection[str]) -> str | None:
    """The key, or None for a graph without keys, such as `@entrypoint` makes of a function."""
    if isinstance(graph.output_channels, str):
        if option:
            what = f"`{name}: {option}` has no effect: a graph made of a function has no keys"
            raise ConfigError(what, hint="remove it, or name a function: `module:attribute`")
        return None
    key, known = option or MESSAGES, [each for each in keys if not each.startswith(INTERNAL)]
    if key not in known:
        hint = f"set `{name}` to one of its keys ({', '.join(known)}), or to a function: `module:attribute`"
        raise ConfigError(f"the state of the graph has no `{key}`, its `{name}`", hint=hint)
    return key
