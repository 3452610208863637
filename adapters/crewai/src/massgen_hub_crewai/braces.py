"""The hub's prompts in texts that CrewAI fills in: `{topic}`, `{tools}` and the like in a prompt mean nothing to it."""

from __future__ import annotations

from typing import Any

OPEN = "\ue07b"
"""A character for private use that stands for an opening brace until the model is called."""


def inert(text: str) -> str:
    """The text with nothing in it to fill in."""
    return text.replace("{", OPEN)


def restored(value: Any) -> Any:
    """Messages as they are meant."""
    if isinstance(value, str):
        return value.replace(OPEN, "{")
    if isinstance(value, dict):
        return {key: restored(part) for key, part in value.items()}
    return [restored(part) for part in value] if isinstance(value, list) else value
