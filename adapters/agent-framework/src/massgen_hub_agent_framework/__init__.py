"""Agents and workflows of Microsoft Agent Framework in massgen-hub. Imports the framework when an agent is opened."""

from __future__ import annotations

from massgen_hub.contract import Adapter, Tested, Traits
from massgen_hub.hookspecs import hookimpl

from .opening import ACCEPTS, open_agent
from .options import AgentFrameworkOptions

__all__ = ["ADAPTER", "AgentFrameworkOptions", "register_adapters"]


def traits(options: AgentFrameworkOptions) -> Traits:
    """One event loop, because the clients of a user's own agents and their MCP servers belong to one."""
    return Traits(cancel="task", loop="one", streams=True, tools=bool(options.tools or options.mcp_servers), human=True)


ADAPTER = Adapter(
    name="agent-framework",
    summary="Microsoft Agent Framework: agents and workflows of your own, and agents made from options",
    options=AgentFrameworkOptions,
    open=open_agent,
    traits=traits,
    accepts=ACCEPTS,
    tested=(
        Tested(distribution="agent-framework-core", oldest="1.23", newest="1.23.0"),
        Tested(distribution="agent-framework-openai", oldest="1.17", newest="1.17.0"),
        Tested(distribution="agent-framework-orchestrations", oldest="1.4", newest="1.4.0"),
    ),
)


@hookimpl
def register_adapters() -> tuple[Adapter, ...]:
    """The one adapter of this plugin."""
    return (ADAPTER,)
