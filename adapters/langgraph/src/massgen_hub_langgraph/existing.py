"""The user's own graphs, with the usual state of messages or one of their own."""

from __future__ import annotations

from typing import Any

from langgraph.pregel import Pregel
from massgen_hub.errors import ConfigError

from .agent import GraphAgent
from .options import LangGraphOptions
from .state import Keys, NoKeys

INTERNAL = ("__", "branch:")
"""How the names of channels start that are no part of a graph's state."""


def opened(options: LangGraphOptions, graph: Pregel[Any, Any, Any, Any]) -> GraphAgent:
    """The agent. Raises `ConfigError` where the graph's state has not the keys of the options."""
    if isinstance(graph.output_channels, str):
        return GraphAgent(graph, NoKeys(), options.recursion_limit)
    state = [name for name in graph.channels if not name.startswith(INTERNAL)]
    for option, key in (("input_key", options.input_key), ("output_key", options.output_key)):
        if key not in state:
            hint = f"set `{option}` to one of its keys: {', '.join(state)}"
            raise ConfigError(f"the state of the graph has no `{key}`, its `{option}`", hint=hint)
    return GraphAgent(graph, Keys(options.input_key, options.output_key), options.recursion_limit)
