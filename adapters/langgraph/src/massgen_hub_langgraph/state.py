"""Where a graph finds the prompt and leaves the answer, and the text of what it leaves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage
from massgen_hub.errors import TurnError
from pydantic import BaseModel

MESSAGES = "messages"
"""The key of conversations in nearly every graph."""


@dataclass(frozen=True)
class Keys:
    """The keys of a graph's state."""

    input: str = MESSAGES
    output: str = MESSAGES

    def given(self, prompt: str) -> Any:
        """The graph's input: the prompt as a message where messages are expected."""
        return {self.input: [{"role": "user", "content": prompt}] if self.input == MESSAGES else prompt}

    def answer(self, state: Mapping[str, Any]) -> Any:
        """What the graph leaves, of messages the last. Raises `TurnError` where there is nothing."""
        answer = state.get(self.output)
        if answer is None or answer == []:
            raise TurnError(f"the graph ended without `{self.output}`", hint="is `output_key` the right one?")
        return answer[-1] if isinstance(answer, list) and isinstance(answer[-1], BaseMessage) else answer


class NoKeys(Keys):
    """A graph from text to text, as `@entrypoint` makes them."""

    def given(self, prompt: str) -> Any:
        """The prompt."""
        return prompt

    def answer(self, state: Any) -> Any:
        """What it returned."""
        return state


def text_of(value: Any) -> str:
    """A string as it is, the text of a message, and everything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, BaseMessage):
        return str(value.text) or _spoilt_calls(value)
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    return json.dumps(value, ensure_ascii=False, default=str)


def _spoilt_calls(message: BaseMessage) -> str:
    """The arguments of tool calls that are not JSON, as they came: the hub may be able to read them."""
    return "\n".join(call["args"] or "" for call in getattr(message, "invalid_tool_calls", ()))
