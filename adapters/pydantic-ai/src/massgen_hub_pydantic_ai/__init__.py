"""Agents of Pydantic AI in massgen-hub. Does not import the framework until an agent is opened."""

from __future__ import annotations

from massgen_hub.contract import Adapter, Tested, Traits
from massgen_hub.hookspecs import hookimpl

from .names import keep_names
from .opening import ACCEPTS, open_agent
from .options import PydanticAIOptions

__all__ = ["ADAPTER", "PydanticAIOptions", "register_adapters"]


def traits(options: PydanticAIOptions) -> Traits:
    """One event loop, because the clients and toolsets of a user's own agents belong to one."""
    tools = bool(options.tools or options.toolsets or options.mcp_servers or options.hosted_tools)
    return Traits(cancel="task", loop="one", streams=True, tools=tools, human=True)


ADAPTER = Adapter(
    name="pydantic-ai",
    summary="Pydantic AI: agents of your own, with their toolsets and models, and agents made from options",
    options=PydanticAIOptions,
    open=open_agent,
    traits=traits,
    accepts=ACCEPTS,
    before_import=keep_names,
    tested=(Tested(distribution="pydantic-ai-slim", oldest="2.62", newest="2.68.0"),),
)


@hookimpl
def register_adapters() -> tuple[Adapter, ...]:
    """The one adapter of this plugin."""
    return (ADAPTER,)
