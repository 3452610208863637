"""Agents made from options, on an OpenAI-shaped model."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any

from agentscope.agent import AgentBase, ReActAgent
from agentscope.formatter import OpenAIChatFormatter
from agentscope.message import TextBlock
from agentscope.model import OpenAIChatModel
from agentscope.tool import Toolkit, ToolResponse
from massgen_hub.contract import Model, Setup
from massgen_hub.errors import ConfigError
from massgen_hub.kit import as_text, models_of
from massgen_hub.targets import resolve

from ..blocking import awaits, in_a_thread
from ..limits import MAX_ITERS
from ..options import AgentScopeOptions
from .servers import connected


@asynccontextmanager
async def built(options: AgentScopeOptions, setup: Setup, own: AgentBase | None) -> AsyncIterator[AgentBase]:
    """The user's own agent, or the one that the options describe, whose connections end with it."""
    if own is not None:
        yield own
        return
    model = _model(options, models_of(setup))
    toolkit = _toolkit(options)
    try:
        async with connected(toolkit, options.mcp_servers, setup.folder):
            formatter = OpenAIChatFormatter()
            yield ReActAgent(setup.agent, options.system_message, model, formatter, toolkit, max_iters=MAX_ITERS)
    finally:
        await model.client.close()


def _model(options: AgentScopeOptions, model: Model) -> OpenAIChatModel:
    return OpenAIChatModel(
        model.name,
        api_key=model.key or "none",
        client_kwargs={"base_url": model.base_url or None},
        generate_kwargs=options.model_dump(include={"temperature", "max_tokens"}, exclude_none=True),
    )


def _toolkit(options: AgentScopeOptions) -> Toolkit:
    made = Toolkit()
    for name, thing in {name: resolve(name) for name in options.tools}.items():
        if isinstance(thing, Toolkit):
            made.tools |= thing.tools
            made.groups |= thing.groups
            made.skills |= thing.skills
            made._middlewares += thing._middlewares
        elif inspect.isroutine(thing):
            made.register_tool_function(_answering(thing))
        else:
            what = f"the tool `{name}` is a `{type(thing).__name__}`, which AgentScope 1.x cannot call"
            raise ConfigError(what, hint="a tool is a function, or a `Toolkit`")
    return made


def _answering(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose result is in AgentScope's form, as its own functions' results are."""
    if awaits(function) and not inspect.iscoroutinefunction(function):
        return function
    awaited = function if awaits(function) else in_a_thread(function, function.__name__)

    @wraps(function)
    async def call(**arguments: Any) -> Any:
        result = await awaited(**arguments)
        if isinstance(result, ToolResponse) or inspect.isasyncgen(result) or inspect.isgenerator(result):
            return result
        return ToolResponse([TextBlock(type="text", text=as_text(result))])

    return call
