"""Agents of CrewAI in massgen-hub. Does not import CrewAI until an agent is opened."""

from __future__ import annotations

from massgen_hub.contract import Adapter, Tested, Traits
from massgen_hub.hookspecs import hookimpl

from .opening import ACCEPTS, open_agent
from .options import CrewAIOptions

__all__ = ["ADAPTER", "CrewAIOptions", "register_adapters"]


def traits(options: CrewAIOptions) -> Traits:
    """One event loop, because the connections of a user's own models and of MCP servers belong to one."""
    tools = bool(options.tools or options.mcp_servers)
    return Traits(cancel="task", loop="one", streams=True, tools=tools, human=True)


ADAPTER = Adapter(
    name="crewai",
    summary="CrewAI: agents, crews and flows of your own, and agents made from options",
    options=CrewAIOptions,
    open=open_agent,
    traits=traits,
    accepts=ACCEPTS,
    tested=(Tested(distribution="crewai", oldest="1.15.30", newest="1.15.30"),),
)


@hookimpl
def register_adapters() -> tuple[Adapter, ...]:
    """The one adapter of this plugin."""
    return (ADAPTER,)
