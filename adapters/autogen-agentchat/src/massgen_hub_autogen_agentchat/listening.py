"""What an agent or a team does in a turn, as it is reported to the hub."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from autogen_agentchat.messages import (
    BaseChatMessage,
    CodeGenerationEvent,
    HandoffMessage,
    ModelClientStreamingChunkEvent,
    ThoughtEvent,
    ToolCallExecutionEvent,
    ToolCallRequestEvent,
)
from massgen_hub.contract import Activity, Reply
from massgen_hub.kit import ToolCalls, Voices, decided

from .course import Course


class Listener:
    """Streams what is said, but for the words of those that are `mute`, and notes calls of tools in pairs.

    `decision` is what the model of the `decider` said that called a tool to decide with.
    """

    def __init__(self, course: Course, mute: Collection[str], decider: str) -> None:
        self.voices, self.calls = Voices(course.host.say), ToolCalls(course.host)
        self.decision: Reply | None = None
        self._host, self._mute = course.host, mute
        self._decisions, self._decider = course.decisions, decider
        self._streamed: dict[str, str] = {}
        self._messages: Counter[str] = Counter()
        self._thought = ""

    def hear(self, event: Any) -> None:
        """Something happened."""
        match event:
            case ModelClientStreamingChunkEvent():
                self._streamed[event.source] = self._streamed.get(event.source, "") + event.content
                self.voices.add((event.source, self._messages[event.source]), event.content)
            case ThoughtEvent():
                self._thought = event.content
            case ToolCallRequestEvent():
                self._call(event)
            case ToolCallExecutionEvent():
                for result in event.content:
                    self.calls.gave(result.call_id, result.content)
            case HandoffMessage():
                self._handed(event)
            case CodeGenerationEvent() | BaseChatMessage():
                self._say(event.source, event.to_text())

    def _say(self, source: str, text: str) -> None:
        """A message is complete; it may have been streamed."""
        if self._streamed.pop(source, "") != text and source not in self._mute:
            self._messages[source] += 1
            self.voices.add((source, self._messages[source]), text)
        self._messages[source] += 1

    def _call(self, event: ToolCallRequestEvent) -> None:
        self._streamed.pop(event.source, None)
        self._messages[event.source] += 1
        made = [call.arguments for call in event.content if call.name in self._decisions]
        if made and event.source == self._decider:
            self.decision = decided(self._thought, made)
            return
        for call in event.content:
            self.calls.called(call.id, call.name, call.arguments)

    def _handed(self, event: HandoffMessage) -> None:
        if event.source not in self._mute:
            text = f"{event.source} hands off to {event.target}"
            self._host.note(Activity(kind="info", name="handoff", text=text))
