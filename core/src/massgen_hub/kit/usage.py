"""What a call of a model cost, as its server said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..contract import Usage


def usage_of(counted: object, model: str = "") -> Usage:
    """The `usage` of a response, in the words of OpenAI or Anthropic, as a mapping or an object. Frameworks say 0 for
    what they were not told: it is unknown.
    """
    said = _mapping(counted)
    details = _mapping(said.get("prompt_tokens_details"))
    return Usage(
        input=said.get("prompt_tokens") or said.get("input_tokens") or None,
        output=said.get("completion_tokens") or said.get("output_tokens") or None,
        cached=details.get("cached_tokens") or None,
        model=model,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else getattr(value, "__dict__", {})
