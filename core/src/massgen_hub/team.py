"""The built-in team: who takes part when nobody said who."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from .plugins import Registry
from .providers import first_available

FRAMEWORKS: tuple[Mapping[str, Any], ...] = (
    {"type": "ag2", "kind": "assistant"},
    {"type": "langgraph"},
    {"type": "smolagents", "kind": "tool_calling", "prompts": "short"},
)
SIZE = 3
EMBEDDED = "local/smollm2"
WARMTH = (0.0, 0.3, 0.6)


def default_model(registry: Registry, environment: Mapping[str, str] = os.environ) -> str:
    """The first provider whose key is set, else the embedded model."""
    return first_available(registry.models, environment) or EMBEDDED


def builtin_team(registry: Registry, model: str | None) -> dict[str, Any]:
    """One agent of each installed framework, filled up to three with native ones.

    The gate is off, so that a vote is always seen. The embedded model is the same for all and small: its agents draft
    at different temperatures, so that there is something to vote on.
    """
    chosen = model or default_model(registry)
    members = [dict(member) for member in FRAMEWORKS if member["type"] in registry.adapters]
    members += [{"type": "model", "id": f"model-{number + 1}"} for number in range(SIZE - len(members))]
    for member, temperature in zip(members, WARMTH, strict=True):
        member["model"] = chosen
        if chosen.startswith("local"):
            member["temperature"] = temperature
    return {"agents": members, "consensus": {"gate": "off", "refine": 0}}
