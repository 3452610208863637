"""Agents of the OpenAI Agents SDK in massgen-hub. Does not import the SDK until an agent is opened."""

from __future__ import annotations

from massgen_hub.contract import Adapter, Tested, Traits
from massgen_hub.hookspecs import hookimpl

from .opening import ACCEPTS, open_agent
from .options import OpenAIAgentsOptions

__all__ = ["ADAPTER", "OpenAIAgentsOptions", "register_adapters"]


def traits(options: OpenAIAgentsOptions) -> Traits:
    """One event loop, because the clients of a user's own models and MCP servers belong to one."""
    tools = bool(options.tools or options.hosted_tools or options.mcp_servers)
    return Traits(cancel="task", loop="one", streams=True, tools=tools, human=True)


ADAPTER = Adapter(
    name="openai-agents",
    summary="OpenAI Agents SDK: agents of your own, with their handoffs, and agents made from options",
    options=OpenAIAgentsOptions,
    open=open_agent,
    traits=traits,
    accepts=ACCEPTS,
    tested=(Tested(distribution="openai-agents", oldest="0.24", newest="0.24.0"),),
)


@hookimpl
def register_adapters() -> tuple[Adapter, ...]:
    """The one adapter of this plugin."""
    return (ADAPTER,)
