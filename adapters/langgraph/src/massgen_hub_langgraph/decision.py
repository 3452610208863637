"""The decision that a run must end in, and what the model made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from massgen_hub.contract import JSON
from massgen_hub.kit import decision_tools


@dataclass(frozen=True)
class Decision:
    """The tools, in the form of Chat Completions, one of which the model must call."""

    tools: tuple[dict[str, JSON], ...]

    @classmethod
    def of(cls, schema: Mapping[str, JSON]) -> Decision:
        """The decision that a turn asks for."""
        return cls(tuple(decision_tools(schema)))

    @property
    def names(self) -> set[str]:
        """The names of the tools."""
        return {tool["function"]["name"] for tool in self.tools}

    def made_in(self, message: Any) -> JSON:
        """The arguments of the message's call, of several in its order, or None: it made no decision."""
        made = [call["args"] for call in getattr(message, "tool_calls", ()) if call["name"] in self.names]
        return made[0] if len(made) == 1 else made or None
