"""Any agent, any framework, one vote.

For users: `Hub`, `Verdict`, `Event`. For authors of adapters and plugins: `Adapter`, `Options`, `hookimpl` and the
records of `massgen_hub.contract`; `massgen_hub.testing` proves an adapter. Everything is imported when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .consensus import ProtocolSpec, Rule, Settings, Verdict
    from .contract import (
        Activity,
        Adapter,
        Agent,
        Host,
        Model,
        ModelSource,
        Question,
        Reply,
        Setup,
        Task,
        Tested,
        Traits,
        Turn,
        Usage,
    )
    from .errors import ConfigError, HubError
    from .events import Event
    from .hookspecs import hookimpl
    from .hub import Hub
    from .options import Options
    from .plugins import Registry

_HOME = {
    "Activity": "contract",
    "Adapter": "contract",
    "Agent": "contract",
    "ConfigError": "errors",
    "Event": "events",
    "Host": "contract",
    "Hub": "hub",
    "HubError": "errors",
    "Model": "contract",
    "ModelSource": "contract",
    "Options": "options",
    "ProtocolSpec": "consensus",
    "Question": "contract",
    "Registry": "plugins",
    "Reply": "contract",
    "Rule": "consensus",
    "Settings": "consensus",
    "Setup": "contract",
    "Task": "contract",
    "Tested": "contract",
    "Traits": "contract",
    "Turn": "contract",
    "Usage": "contract",
    "Verdict": "consensus",
    "hookimpl": "hookspecs",
}

__all__ = [
    "Activity",
    "Adapter",
    "Agent",
    "ConfigError",
    "Event",
    "Host",
    "Hub",
    "HubError",
    "Model",
    "ModelSource",
    "Options",
    "ProtocolSpec",
    "Question",
    "Registry",
    "Reply",
    "Rule",
    "Settings",
    "Setup",
    "Task",
    "Tested",
    "Traits",
    "Turn",
    "Usage",
    "Verdict",
    "hookimpl",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module `{__name__}` has no attribute `{name}`")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
