"""What the core brings itself: a plugin like any other."""

from __future__ import annotations

from collections.abc import Iterable

from .agents.model import model
from .agents.replay import replay
from .agents.scripted import scripted
from .consensus import COUNCIL, LIVE, PAIR, ROUNDS, ProtocolSpec, Rule
from .consensus.rules import RULES
from .contract import Adapter, ModelSource
from .hookspecs import hookimpl
from .providers import PROVIDERS


@hookimpl
def register_adapters() -> Iterable[Adapter]:
    """The native agent, one that repeats what was recorded, and one that follows a script."""
    return (model, replay, scripted)


@hookimpl
def register_rules() -> Iterable[Rule]:
    """The rules that need nothing else."""
    return RULES


@hookimpl
def register_protocols() -> Iterable[ProtocolSpec]:
    """The default protocol, and others."""
    return (ROUNDS, LIVE, COUNCIL, PAIR)


@hookimpl
def register_models() -> Iterable[ModelSource]:
    """Providers that are reached by address and key."""
    return PROVIDERS
