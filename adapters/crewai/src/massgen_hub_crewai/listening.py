"""What happens in a turn of CrewAI, as it is reported to the hub."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from crewai.events.types.llm_events import LLMCallCompletedEvent, LLMStreamChunkEvent
from crewai.events.types.tool_usage_events import ToolUsageErrorEvent, ToolUsageFinishedEvent, ToolUsageStartedEvent
from crewai.types.usage_metrics import UsageMetrics
from massgen_hub.contract import Host, Usage
from massgen_hub.kit import ToolCalls, Voices, as_json, as_text


class Listener:
    """Hears the events of a turn, in the threads where they happen. Calls of the tools in `silent` are not noted."""

    def __init__(self, host: Host, silent: Collection[str]) -> None:
        self.voices = Voices(host.say)
        self._host, self._silent, self._calls = host, silent, ToolCalls(host)
        self.has_heard = False
        self._over = False

    def __call__(self, _source: Any, event: Any) -> None:
        """Report the event, if it is one that the hub wants to know."""
        match event:
            case _ if self._over:
                return
            case LLMStreamChunkEvent(tool_call=None):
                self.voices.add(event.call_id, event.chunk)
            case LLMCallCompletedEvent():
                self.has_heard = True
                self._host.spend(_usage(event))
            case ToolUsageStartedEvent() if event.tool_name not in self._silent:
                self._calls.called(event.event_id, event.tool_name, _arguments(event.tool_args))
            case ToolUsageFinishedEvent():
                self._calls.gave(event.started_event_id or "", as_text(event.output))
            case ToolUsageErrorEvent():
                self._calls.gave(event.started_event_id or "", str(event.error))

    @contextmanager
    def listening(self) -> Iterator[None]:
        """For as long as the turn takes: what a thread still does after it is not heard."""
        try:
            with self._calls:
                yield
        finally:
            self._over = True


def _usage(event: LLMCallCompletedEvent) -> Usage:
    """What a call cost. CrewAI's own sums count for a client, and so for all who share it."""
    counted = UsageMetrics.from_provider_dict(event.usage) if event.usage else None
    if counted is None:
        return Usage(model=event.model or "")
    return Usage(
        input=counted.prompt_tokens or None,
        output=counted.completion_tokens or None,
        cached=counted.cached_prompt_tokens or None,
        model=event.model or "",
    )


def _arguments(given: Any) -> str:
    return given if isinstance(given, str) else as_json(given)
