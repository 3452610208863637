"""Which generation of AgentScope is installed. Imports none of it: 1.x and 2.x are two frameworks of one name."""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec

from massgen_hub.errors import ConfigError

TO_HAVE_1X = 'environment: {requires: ["agentscope<2", "mcp<2", "openai<3", "sqlalchemy[asyncio]"]}'
TO_HAVE_2X = 'environment: {requires: ["agentscope>=2"]}'
TOO_NEW = {"mcp": 2, "openai": 3}
"""Of what AgentScope 1.x says nothing about, the first that it breaks with."""


def generation() -> int:
    """1 or 2."""
    return _major("agentscope")


def refuse_misfits() -> None:
    """Raise `ConfigError` where AgentScope 1.x is installed beside what it breaks with, or without what it needs."""
    if misfits := _misfits():
        what = f"agentscope {version('agentscope')} does not work here: {' and '.join(misfits)}"
        raise ConfigError(what, hint=f"it does not say what it needs; write `{TO_HAVE_1X}`")


def advice(failure: ImportError) -> str:
    """The `environment:` in which the user's module can be imported, if AgentScope is why it cannot."""
    installed = f"agentscope {version('agentscope')}"
    if generation() == 1 and (misfits := _misfits()):
        return f"{installed} does not work here ({' and '.join(misfits)}): write `{TO_HAVE_1X}`"
    if (failure.name or "").partition(".")[0] != "agentscope":
        return ""
    if generation() == 1:
        return f"here is {installed}; for code of AgentScope 2.x write `{TO_HAVE_2X}`"
    return f"here is {installed}; for code of AgentScope 1.x write `{TO_HAVE_1X}`"


def _misfits() -> list[str]:
    too_new = [f"{name} {version(name)} is too new" for name, limit in TOO_NEW.items() if _major(name) >= limit]
    return too_new if find_spec("greenlet") else [*too_new, "greenlet is not installed"]


def _major(distribution: str) -> int:
    return int(version(distribution).partition(".")[0])
