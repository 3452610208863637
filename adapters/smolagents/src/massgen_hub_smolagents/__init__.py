"""Agents of smolagents in massgen-hub: `type: smolagents`. Imports smolagents only when an agent is opened."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from massgen_hub.contract import Adapter, Tested, Traits
from massgen_hub.hookspecs import hookimpl
from massgen_hub.kit import imported, in_thread
from massgen_hub.servers import served

from .options import SmolagentsOptions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from massgen_hub.contract import Agent, Setup


@asynccontextmanager
async def open_agent(options: SmolagentsOptions, setup: Setup) -> AsyncIterator[Agent]:
    """An agent made from options, or the user's own. Raises `ConfigError` where it cannot be made."""
    opening = await imported(".opening", __package__)
    async with AsyncExitStack() as stack:
        tools = {
            id(each): await stack.enter_async_context(served(each.mcp_servers, setup.folder))
            for each in options.everybody()
        }
        context = opening.opened(options, setup, tools, asyncio.get_running_loop())
        agent = await in_thread(context.__enter__, f"open {setup.agent}")  # a container takes its time
        try:
            yield agent
        finally:
            await in_thread(partial(context.__exit__, None, None, None), f"close {setup.agent}")


def traits(options: SmolagentsOptions) -> Traits:
    """Runs in a thread, which only the end of its process stops. Only a code agent writes text as it goes."""
    writes_code = options.kind == "code"
    return Traits(cancel="kill", tools=True, code=writes_code, streams=writes_code)


adapter = Adapter(
    name="smolagents",
    summary="Agents of Hugging Face smolagents, that call tools or write Python",
    options=SmolagentsOptions,
    open=open_agent,
    traits=traits,
    accepts=("smolagents.MultiStepAgent",),
    tested=(Tested(distribution="smolagents", oldest="1.26", newest="1.26.0"),),
)


@hookimpl
def register_adapters() -> tuple[Adapter, ...]:
    """The one adapter of this package."""
    return (adapter,)
