"""Agents and teams of Microsoft's AutoGen 0.7 in massgen-hub. Does not import it until an agent is opened."""

from __future__ import annotations

from massgen_hub.contract import Adapter, Tested, Traits
from massgen_hub.hookspecs import hookimpl

from .opening import ACCEPTS, open_agent
from .options import AutogenAgentchatOptions

__all__ = ["ADAPTER", "AutogenAgentchatOptions", "register_adapters"]


def traits(options: AutogenAgentchatOptions) -> Traits:
    """One event loop, because the clients of a user's own models belong to one."""
    code = options.code_execution is not None
    tools = bool(options.tools or options.mcp_servers) or code
    return Traits(cancel="task", loop="one", streams=True, tools=tools, code=code, human=True)


ADAPTER = Adapter(
    name="autogen-agentchat",
    summary="Microsoft AutoGen 0.7: agents and teams of your own, and AssistantAgents made from options",
    options=AutogenAgentchatOptions,
    open=open_agent,
    traits=traits,
    accepts=ACCEPTS,
    tested=(
        Tested(distribution="autogen-agentchat", oldest="0.7.5", newest="0.7.5"),
        Tested(distribution="autogen-ext", oldest="0.7.5", newest="0.7.5"),
    ),
)


@hookimpl
def register_adapters() -> tuple[Adapter, ...]:
    """The one adapter of this plugin."""
    return (ADAPTER,)
