"""The user's own graphs, and the functions that make them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from inspect import signature

from massgen_hub.contract import JSON, Setup
from massgen_hub.errors import ConfigError
from massgen_hub.kit import awaited_agent

from .agent import Graph, GraphAgent, Native
from .offers import as_form, as_tools
from .options import LangGraphOptions

ACCEPTS = ("langgraph.Pregel",)


@asynccontextmanager
async def opened(options: LangGraphOptions, setup: Setup) -> AsyncIterator[GraphAgent]:
    """The agent. Raises `ConfigError` where there is no graph, or none that fits the options."""
    graph = await awaited_agent(setup.target, ACCEPTS, setup.model, tools=[], response_format=None)
    if options.checkpoints == "keep" and not graph.checkpointer:
        hint = "compile it with one, or remove `checkpoints`"
        raise ConfigError("`checkpoints: keep` needs a graph with a checkpointer", hint=hint)
    yield GraphAgent(graph, options, _native(setup))


def _native(setup: Setup) -> Native | None:
    """How the user's factory makes a graph for a decision, if it can.

    With tools that takes one call of the model, whatever it says. LangChain refuses what is not of a form, so that a
    form is only for a factory that takes nothing else.
    """
    takes = signature(setup.target).parameters if callable(setup.target) else ()

    async def make(schema: Mapping[str, JSON]) -> Graph:
        with_tools = "tools" in takes
        tools, form = (as_tools(schema), None) if with_tools else ([], as_form(schema))
        made: Graph = await awaited_agent(setup.target, ACCEPTS, setup.model, tools=tools, response_format=form)
        return made

    return make if {"tools", "response_format"} & set(takes) else None
