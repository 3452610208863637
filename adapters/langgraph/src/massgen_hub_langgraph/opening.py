"""From options, or the user's own graph, to an agent of the hub."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module

from massgen_hub.contract import Agent, Setup
from massgen_hub.errors import ConfigError
from massgen_hub.kit import in_thread, users_agent

from .options import OF_BUILT, OF_EXISTING, LangGraphOptions

ACCEPTS = ("langgraph.Pregel",)


@asynccontextmanager
async def open_agent(options: LangGraphOptions, setup: Setup) -> AsyncIterator[Agent]:
    """Open the agent that the options describe, or the user's own graph.

    Raises `ConfigError`: no model, options that have no effect, no graph, or keys that the graph's state has not.
    """
    _refuse_idle(options, existing=setup.target is not None)
    if setup.target is not None:
        graph = users_agent(setup.target, ACCEPTS, setup.model)
        existing = await in_thread(partial(import_module, ".existing", __package__), "import langgraph")
        yield existing.opened(options, graph)
        return
    built = await in_thread(partial(import_module, ".built", __package__), "import langchain")
    async with built.opened(options, setup) as agent:
        yield agent


def _refuse_idle(options: LangGraphOptions, *, existing: bool) -> None:
    idle = sorted(options.model_fields_set - (OF_EXISTING if existing else OF_BUILT))
    if not idle:
        return
    what = f"`{idle[0]}` has no effect on " + ("a graph of your own" if existing else "an agent made from options")
    hint = "set it where the graph is made" if existing else "name a graph with `agent: module:attribute`"
    raise ConfigError(what, hint=f"{hint}, or remove it here")
