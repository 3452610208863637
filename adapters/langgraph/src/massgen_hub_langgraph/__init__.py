"""Agents of LangGraph and LangChain in massgen-hub. Imports neither until an agent is opened."""

from __future__ import annotations

from massgen_hub.contract import Adapter, Tested, Traits
from massgen_hub.hookspecs import hookimpl

from .opening import open_agent
from .options import LangGraphOptions

__all__ = ["ADAPTER", "LangGraphOptions", "register_adapters"]


def traits(options: LangGraphOptions) -> Traits:
    """One event loop, because the clients of a user's own models are shared by the whole process."""
    return Traits(cancel="task", loop="one", streams=True, tools=bool(options.tools or options.mcp_servers), human=True)


ADAPTER = Adapter(
    name="langgraph",
    summary="LangGraph and LangChain: compiled graphs, and agents made from options",
    options=LangGraphOptions,
    open=open_agent,
    traits=traits,
    accepts=("langgraph.Pregel",),
    tested=(
        Tested(distribution="langgraph", oldest="1.2.13", newest="1.2.24"),
        Tested(distribution="langchain", oldest="1.4", newest="1.5.2"),
        Tested(distribution="langchain-openai", oldest="1.7", newest="1.7.4"),
    ),
)


@hookimpl
def register_adapters() -> tuple[Adapter, ...]:
    """The one adapter of this plugin."""
    return (ADAPTER,)
