"""What an agent says and does in a turn, as it is reported to the hub."""

from __future__ import annotations

from copy import copy
from typing import Any

from massgen_hub.contract import Host, Usage
from massgen_hub.kit import Speech, ToolCalls, as_text
from pydantic_ai.messages import (
    FunctionToolCallEvent,
    FunctionToolResultEvent,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ToolReturnPart,
)
from pydantic_ai.usage import RunUsage
from pydantic_core import to_jsonable_python


class Listener:
    """Streams text, reports tool calls in pairs, and the usage of every model call."""

    def __init__(self, host: Host) -> None:
        self.speech, self.calls = Speech(host.say), ToolCalls(host)
        self._host = host
        self._told = RunUsage()

    def hear(self, event: Any) -> None:
        """Something happens in a run."""
        match event:
            case PartStartEvent(part=TextPart(content=text)) | PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
                self.speech.add(text)
            case FunctionToolCallEvent(part=call):
                self.calls.called(call.tool_call_id, call.tool_name, call.args_as_json_str())
            case FunctionToolResultEvent(part=result):
                self.calls.gave(result.tool_call_id, _text(result))

    def answered(self, response: ModelResponse, total: RunUsage) -> None:
        """A model has answered."""
        self.speech.end()
        self.count(total, response.model_name or "")
        for call, result in response.native_tool_calls:  # which the provider has run
            self.calls.called(call.tool_call_id, call.tool_name, call.args_as_json_str())
            self.calls.gave(call.tool_call_id, _text(result))

    def count(self, total: RunUsage, model: str = "") -> None:
        """Report the usage that was not told yet; more than one call of them are those of agents that are tools."""
        told, self._told = self._told, copy(total)
        calls = total.requests - told.requests
        if calls <= 0:
            return
        known = total.unmeasured_requests == told.unmeasured_requests
        self._host.spend(
            Usage(
                input=(total.input_tokens - told.input_tokens or None) if known else None,
                output=(total.output_tokens - told.output_tokens or None) if known else None,
                cached=(total.cache_read_tokens - told.cache_read_tokens or None) if known else None,
                calls=calls,
                model=model if calls == 1 else "",
            )
        )


def _text(result: Any) -> str:
    content = result.content if isinstance(result, ToolReturnPart) else getattr(result, "content", result)
    return as_text(to_jsonable_python(content, fallback=str))
