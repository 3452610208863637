"""What a graph is given to decide with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from langchain.agents.structured_output import ProviderStrategy
from langchain_core.tools import StructuredTool
from massgen_hub.contract import JSON
from massgen_hub.kit import decision_tools

DECISIONS = frozenset({"vote", "answer"})
"""The names of the tools."""


def as_tools(schema: Mapping[str, JSON]) -> list[StructuredTool]:
    """A tool for each kind of decision. A run ends when one is called: none is ever executed."""
    functions = [tool["function"] for tool in decision_tools(schema)]
    return [
        StructuredTool(
            name=each["name"],
            description=each["description"],
            args_schema=each["parameters"],
            func=_noted,
            return_direct=True,
        )
        for each in functions
    ]


def _noted(**_arguments: Any) -> str:
    return "noted"


def as_form(schema: Mapping[str, JSON]) -> ProviderStrategy[Any]:
    """A form with the fields of all kinds of decision: providers take no alternatives at the top of a schema."""
    kinds = [tool["function"]["parameters"] for tool in decision_tools(schema)]
    form = {
        "title": "decision",
        "description": " Or: ".join(kind["description"] for kind in kinds),
        "type": "object",
        "properties": {name: field for kind in kinds for name, field in kind["properties"].items()},
        "required": list(kinds[0]["required"]) if len(kinds) == 1 else [],
        "additionalProperties": False,
    }
    return ProviderStrategy(form)
