"""What the core brings itself: a plugin like any other."""

from __future__ import annotations

from collections.abc import Iterable

from .agents.model import model
from .agents.scripted import scripted
from .consensus import BORDA, PLURALITY, ROUNDS, ProtocolSpec, Rule
from .contract import Adapter, ModelSource
from .hookspecs import hookimpl
from .providers import PROVIDERS


@hookimpl
def register_adapters() -> Iterable[Adapter]:
    """The native agent, and one that follows a script."""
    return (model, scripted)


@hookimpl
def register_rules() -> Iterable[Rule]:
    """The rules that need nothing else."""
    return (BORDA, PLURALITY)


@hookimpl
def register_protocols() -> Iterable[ProtocolSpec]:
    """The default protocol."""
    return (ROUNDS,)


@hookimpl
def register_models() -> Iterable[ModelSource]:
    """Providers that are reached by address and key."""
    return PROVIDERS
