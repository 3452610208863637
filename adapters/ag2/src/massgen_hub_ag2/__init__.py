"""Agents of AG2 in massgen-hub: classic (`import autogen`) and 1.x (`import ag2`).

Neither is imported until an agent is opened, and then only the one that it needs.
"""

from __future__ import annotations

from massgen_hub.contract import Adapter, Tested, Traits
from massgen_hub.hookspecs import hookimpl

from .generations import advice
from .opening import ACCEPTS, open_agent
from .options import Ag2Options

__all__ = ["ADAPTER", "Ag2Options", "register_adapters"]


def traits(options: Ag2Options) -> Traits:
    """Threads of classic AG2, and code that is run, end with their process only.

    An existing object counts as classic, unless `kind: agent` says that it is not.
    """
    return Traits(
        cancel="task" if options.kind == "agent" and not options.executors else "kill",
        streams=True,
        tools=True,
        code=bool(options.executors),
        human=True,
    )


ADAPTER = Adapter(
    name="ag2",
    summary="AG2: agents, pairs and groups of classic autogen, Agent of ag2 1.x",
    options=Ag2Options,
    open=open_agent,
    traits=traits,
    accepts=ACCEPTS,
    tested=(
        Tested(distribution="autogen", oldest="0.10.3", newest="0.14.1"),
        Tested(distribution="ag2", oldest="0.10.3", newest="1.2.1"),
    ),
    advice=advice,
)


@hookimpl
def register_adapters() -> tuple[Adapter, ...]:
    """The one adapter of this plugin, for both generations."""
    return (ADAPTER,)
