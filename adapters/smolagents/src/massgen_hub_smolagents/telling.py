"""What happens in an agent, told to the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from massgen_hub.contract import Activity
from massgen_hub.kit import as_text
from smolagents import ActionStep, PlanningStep, ToolCall, ToolOutput

if TYPE_CHECKING:
    from .watching import Watch

FINAL_ANSWER, INTERPRETER = "final_answer", "python_interpreter"
OUTCOMES: dict[str, Literal["result", "output"]] = {"call": "result", "code": "output"}


class Narrator:
    """Tells the events of one run, in order. A turn has several where agents manage others."""

    def __init__(self, watch: Watch) -> None:
        self._host, self._run, self._step = watch.host, next(watch.numbers), 1
        self._open: dict[str, Activity] = {}

    def tell(self, event: Any) -> None:
        """One event of `MultiStepAgent.run(stream=True)`."""
        if isinstance(event, ToolCall):
            self._begin(event)
        elif isinstance(event, ToolOutput):
            self._end(self._key(event.id), event.observation)
        elif isinstance(event, (ActionStep, PlanningStep)):
            self._close(event)
            self._step += 1

    def _close(self, step: ActionStep | PlanningStep) -> None:
        if isinstance(step, PlanningStep):
            self._host.note(Activity(kind="info", name="plan", text=step.plan))
            return
        for key in tuple(self._open):  # what became of code, or of a call that gave no result
            self._end(key, "\n".join(str(part) for part in (step.observations, step.error) if part))

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
        return f"{self._run}.{self._step}.{call}"  # some models give every call the same id
