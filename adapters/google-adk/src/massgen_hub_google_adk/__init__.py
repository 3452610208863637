"""Agents of Google's Agent Development Kit in massgen-hub. Does not import the kit until an agent is opened."""

from __future__ import annotations

from massgen_hub.contract import Adapter, Tested, Traits
from massgen_hub.hookspecs import hookimpl

from .opening import ACCEPTS, open_agent
from .options import GoogleAdkOptions

__all__ = ["ADAPTER", "GoogleAdkOptions", "register_adapters"]


def traits(options: GoogleAdkOptions) -> Traits:
    """One event loop, because the clients of a user's own models and toolsets belong to one."""
    tools = bool(options.tools or options.mcp_servers)
    return Traits(cancel="task", loop="one", streams=True, tools=tools, human=True)


ADAPTER = Adapter(
    name="google-adk",
    summary="Google ADK: agents, workflows and apps of your own, and agents made from options",
    options=GoogleAdkOptions,
    open=open_agent,
    traits=traits,
    accepts=ACCEPTS,
    tested=(Tested(distribution="google-adk", oldest="2.13", newest="2.13.0"),),
)


@hookimpl
def register_adapters() -> tuple[Adapter, ...]:
    """The one adapter of this plugin."""
    return (ADAPTER,)
