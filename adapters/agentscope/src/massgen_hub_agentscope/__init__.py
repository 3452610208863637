"""Agents of AgentScope in massgen-hub, of 2.x or of 1.x, whichever is installed. Imports it when an agent is opened."""

from __future__ import annotations

from massgen_hub.contract import Adapter, Tested, Traits
from massgen_hub.hookspecs import hookimpl

from .generation import advice
from .opening import ACCEPTS, open_agent
from .options import AgentScopeOptions

__all__ = ["ADAPTER", "AgentScopeOptions", "register_adapters"]


def traits(options: AgentScopeOptions) -> Traits:
    """One event loop, because the clients of models and MCP servers belong to the one that they were first used in."""
    tools = bool(options.tools or options.mcp_servers)
    return Traits(cancel="task", loop="one", streams=True, tools=tools, human=True)


ADAPTER = Adapter(
    name="agentscope",
    summary="AgentScope 2 or 1: its agents, and agents made from options",
    options=AgentScopeOptions,
    open=open_agent,
    traits=traits,
    accepts=ACCEPTS,
    tested=(Tested(distribution="agentscope", oldest="1.0.21", newest="2.0.11"),),
    advice=advice,
)


@hookimpl
def register_adapters() -> tuple[Adapter, ...]:
    """The one adapter of this plugin."""
    return (ADAPTER,)
