"""What happens in an agent, told to the host."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from massgen_hub.contract import Activity
from smolagents import ActionStep, ChatMessageStreamDelta, ToolCall, ToolOutput

if TYPE_CHECKING:
    from massgen_hub.kit import ThreadedHost

FINAL_ANSWER = "final_answer"
INTERPRETER = "python_interpreter"

OUTCOMES: Mapping[str, Literal["result", "output"]] = {"call": "result", "code": "output"}


def as_text(value: Any) -> str:
    """A value that an agent made, as the text of an answer: JSON where it has structure."""
    if value is None:
        return ""
    return as_json(value) if isinstance(value, (Mapping, list, tuple)) else str(value)


def as_json(value: Any) -> str:
    """JSON, with words for what JSON does not know."""
    return json.dumps(value, ensure_ascii=False, default=str, skipkeys=True)


class Narrator:
    """Tells the events of one run, in order. `step` counts from 1 and numbers the parts of what is said."""

    def __init__(self, host: ThreadedHost) -> None:
        self._host = host
        self._open: dict[str, Activity] = {}
        self.step = 1

    def tell(self, event: Any) -> None:
        """One event of `MultiStepAgent.run(stream=True)`."""
        if isinstance(event, ChatMessageStreamDelta):
            if event.content:
                self._host.say(event.content, self.step)
        elif isinstance(event, ToolCall):
            self._begin(event)
        elif isinstance(event, ToolOutput):
            self._end(self._key(event.id), event.observation)
        elif isinstance(event, ActionStep):
            for key in tuple(self._open):
                self._end(key, _outcome(event))
            self.step = event.step_number + 1

    def conclude(self, text: str) -> None:
        """Say the reply as a part of its own: before, it was an argument of a call, or code."""
        self._host.say(text, self.step)

    def _begin(self, call: ToolCall) -> None:
        if call.name == FINAL_ANSWER:
            return
        code = call.name == INTERPRETER and isinstance(call.arguments, str)
        kind: Literal["code", "call"] = "code" if code else "call"
        key = self._key(call.id)
        self._open[key] = Activity(kind=kind, name=call.name, text=as_text(call.arguments), id=key)
        self._host.note(self._open[key])

    def _end(self, key: str, text: str) -> None:
        begun = self._open.pop(key, None)
        if begun is not None:
            self._host.note(Activity(kind=OUTCOMES[begun.kind], name=begun.name, text=text, id=key))

    def _key(self, call: str) -> str:
        return f"{self.step}.{call}"  # some models give every call the same id


def _outcome(step: ActionStep) -> str:
    """What became of code, or of a call that gave no result."""
    return "\n".join(str(part) for part in (step.observations, step.error) if part)
