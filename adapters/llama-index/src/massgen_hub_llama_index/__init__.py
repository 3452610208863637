"""Agents and workflows of LlamaIndex in massgen-hub. Does not import LlamaIndex until an agent is opened."""

from __future__ import annotations

from massgen_hub.contract import Adapter, Tested, Traits
from massgen_hub.hookspecs import hookimpl

from .opening import ACCEPTS, open_agent
from .options import LlamaIndexOptions

__all__ = ["ADAPTER", "LlamaIndexOptions", "register_adapters"]


def traits(options: LlamaIndexOptions) -> Traits:
    """One event loop, because the clients of a user's own models belong to one."""
    tools = bool(options.tools or options.mcp_servers)
    return Traits(cancel="task", loop="one", streams=True, tools=tools, human=True)


ADAPTER = Adapter(
    name="llama-index",
    summary="LlamaIndex: agents, AgentWorkflow and workflows of your own, and agents made from options",
    options=LlamaIndexOptions,
    open=open_agent,
    traits=traits,
    accepts=ACCEPTS,
    tested=(
        Tested(distribution="llama-index-core", oldest="0.14.25", newest="0.14.25"),
        Tested(distribution="llama-index-llms-openai-like", oldest="0.8.1", newest="0.8.1"),
        Tested(distribution="llama-index-workflows", oldest="2.26.1", newest="2.26.1"),
    ),
)


@hookimpl
def register_adapters() -> tuple[Adapter, ...]:
    """The one adapter of this plugin."""
    return (ADAPTER,)
