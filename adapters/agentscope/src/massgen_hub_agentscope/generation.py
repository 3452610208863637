"""Which generation of AgentScope is installed. Imports none of it: 1.x and 2.x are two frameworks of one name."""

from __future__ import annotations

from importlib.metadata import version

from massgen_hub.errors import ConfigError

TOO_NEW = {"mcp": 2, "openai": 3}
"""Of what AgentScope 1.x says nothing about, the first that it breaks with."""


def generation() -> int:
    """1 or 2."""
    return _major("agentscope")


def refuse_misfits() -> None:
    """Raise `ConfigError` where AgentScope 1.x is installed beside what it breaks with."""
    misfits = [f"{name} {version(name)}" for name, limit in TOO_NEW.items() if _major(name) >= limit]
    if misfits:
        hint = 'require "agentscope<2", "mcp<2", "openai<3" and "sqlalchemy[asyncio]" together'
        raise ConfigError(f"agentscope {version('agentscope')} breaks with {' and '.join(misfits)}", hint=hint)


def _major(distribution: str) -> int:
    return int(version(distribution).partition(".")[0])
