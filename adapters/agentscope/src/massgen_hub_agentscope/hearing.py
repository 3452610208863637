"""What an agent does in a turn, told to the hub."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from agentscope.event import (
    ModelCallEndEvent,
    ModelCallStartEvent,
    TextBlockDeltaEvent,
    ToolCallDeltaEvent,
    ToolResultDataDeltaEvent,
    ToolResultEndEvent,
    ToolResultStartEvent,
    ToolResultTextDeltaEvent,
)
from massgen_hub.contract import Activity, Host, Usage
from massgen_hub.kit import Speech

MCP_SERVER = re.compile(r"^mcp__[\w-]+?__")
"""What AgentScope puts before the names of a server's tools."""


class Hearing:
    """Hears the events of one turn. A call is noted when it is answered, which AgentScope does with refused ones too.

    `silent`: the last reply of the model held no text.
    """

    def __init__(self, host: Host) -> None:
        self.speech, self.silent = Speech(host.say), True
        self._host, self._model = host, ""
        self._names: dict[str, str] = {}
        self._arguments: defaultdict[str, list[str]] = defaultdict(list)
        self._results: defaultdict[str, list[str]] = defaultdict(list)

    def hear(self, event: Any) -> None:
        """Take an event of AgentScope."""
        match event:
            case ModelCallStartEvent():
                self._model, self.silent = event.model_name, True
            case TextBlockDeltaEvent():
                self.silent = False
                self.speech.add(event.delta)
            case ModelCallEndEvent():
                self.speech.end()
                self._host.spend(_usage(event, self._model))
            case ToolCallDeltaEvent():
                self._arguments[event.tool_call_id].append(event.delta)
            case ToolResultStartEvent():
                self._names[event.tool_call_id] = MCP_SERVER.sub("", event.tool_call_name)
                self._note("call", event, self._arguments[event.tool_call_id])
            case ToolResultTextDeltaEvent():
                self._results[event.tool_call_id].append(event.delta)
            case ToolResultDataDeltaEvent():
                self._results[event.tool_call_id].append(f"[{event.media_type}]")
            case ToolResultEndEvent():
                self._note("result", event, self._results[event.tool_call_id])

    def _note(self, kind: Any, event: Any, pieces: list[str]) -> None:
        name = self._names.get(event.tool_call_id, "")
        self._host.note(Activity(kind=kind, name=name, text="".join(pieces), id=event.tool_call_id))


def _usage(event: ModelCallEndEvent, model: str) -> Usage:
    return Usage(
        input=event.input_tokens or None,
        output=event.output_tokens or None,
        cached=event.cache_input_tokens or None,
        model=model,
    )
