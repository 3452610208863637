"""What an AG2 1.x agent does in a turn, told to the hub."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from massgen_hub.contract import Activity, Host, Usage
from massgen_hub.kit import Speech

from .modern_code import code_in


class TurnEvents:
    """Listens to the stream of one turn. `events` is AG2's own module of that name; `code_tools` are tools that run
    code, each with the argument that is code."""

    def __init__(self, host: Host, events: ModuleType, code_tools: Mapping[str, str]) -> None:
        self._host, self._events, self._code_tools = host, events, code_tools
        self._running: set[str] = set()
        self.speech = Speech(host.say)

    async def take(self, event: Any) -> None:
        """Take an event of AG2."""
        known = self._events
        if isinstance(event, known.ModelMessageChunk):
            self.speech.add(event.content)
        elif isinstance(event, known.ModelResponse):
            self.speech.end()
        elif isinstance(event, known.ToolCallEvent):
            self._host.note(self._call(event))
        elif isinstance(event, known.ToolResultEvent):
            self._host.note(self._result(event))
        elif isinstance(event, known.UsageEvent):
            self._host.spend(_usage(event))

    def _call(self, event: Any) -> Activity:
        argument = self._code_tools.get(event.name)
        if argument and (code := code_in(event.arguments, argument)):
            self._running.add(event.id)
            return Activity(kind="code", name=code[0], text=code[1], id=event.id)
        return Activity(kind="call", name=event.name, text=event.arguments, id=event.id)

    def _result(self, event: Any) -> Activity:
        return Activity(
            kind="output" if event.parent_id in self._running else "result",
            name=event.name or "",
            text="\n".join(_text(part) for part in event.result.parts),
            id=event.parent_id,
        )


def _text(part: Any) -> str:
    """A part of a tool's result: text, data, or a file, of which only the kind is told."""
    if hasattr(part, "content"):
        return str(part.content)
    if hasattr(part, "data") and not isinstance(part.data, bytes):
        return json.dumps(part.data, default=str, ensure_ascii=False)
    return type(part).__name__


def _usage(event: Any) -> Usage:
    used = event.usage
    return Usage(
        input=_count(used.prompt_tokens),
        output=_count(used.completion_tokens),
        cached=_count(used.cache_read_input_tokens),
        calls=None if event.kind == "subtask" else 1,
        model=event.model or "",
    )


def _count(tokens: float | None) -> int | None:
    return int(tokens) if tokens else None
