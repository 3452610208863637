"""Agents of Semantic Kernel in massgen-hub. Does not import the framework until an agent is opened."""

from __future__ import annotations

from massgen_hub.contract import Adapter, Tested, Traits
from massgen_hub.hookspecs import hookimpl

from .opening import ACCEPTS, open_agent
from .options import SemanticKernelOptions

__all__ = ["ADAPTER", "SemanticKernelOptions", "register_adapters"]


def traits(options: SemanticKernelOptions) -> Traits:
    """One event loop, because the clients of a user's own services belong to one."""
    tools = bool(options.tools or options.plugins or options.mcp_servers)
    return Traits(cancel="task", loop="one", streams=True, tools=tools, human=bool(options.approve))


ADAPTER = Adapter(
    name="semantic-kernel",
    summary="Semantic Kernel: agents of your own, with their plugins and services, and agents made from options",
    options=SemanticKernelOptions,
    open=open_agent,
    traits=traits,
    accepts=ACCEPTS,
    tested=(Tested(distribution="semantic-kernel", oldest="1.45", newest="1.45.0"),),
)


@hookimpl
def register_adapters() -> tuple[Adapter, ...]:
    """The one adapter of this plugin."""
    return (ADAPTER,)
