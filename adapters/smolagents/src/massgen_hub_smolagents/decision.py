"""Decisions: another `final_answer` for one turn, which takes what `Turn.schema` allows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from massgen_hub.contract import Reply
from smolagents import ActionStep, AgentParsingError, FinalAnswerStep, Tool, ToolCall

from .telling import FINAL_ANSWER, as_json, as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from massgen_hub.contract import JSON


class DecisionTool(Tool):
    """Ends the run with its arguments, as they are. A tool of this name is terminal in both kinds of agent."""

    name = FINAL_ANSWER
    output_type = "any"
    skip_forward_signature_validation = True

    def __init__(self, schema: Mapping[str, JSON]) -> None:
        branches = _branches(schema)
        self.description = " Or: ".join(branch["description"] for branch in branches)
        self.inputs = {
            name: {"description": name, **form, **({"nullable": True} if len(branches) > 1 else {})}
            for branch in branches
            for name, form in branch["properties"].items()
        }
        super().__init__()

    def forward(self, *values: Any, **arguments: Any) -> Any:
        """The arguments by name; a single nameless one, which may be a whole decision, as it is."""
        if len(values) == 1 and not arguments:
            return values[0]
        return {**dict(zip(self.inputs, values, strict=False)), **arguments}

    def to_code_prompt(self) -> str:
        """A signature whose comment holds the schema: smolagents' own leaves out what the values may be."""
        return f'def {self.name}({", ".join(self.inputs)}):\n    """{self.description} {as_json(self.inputs)}"""'


def in_code(schema: Mapping[str, JSON]) -> str:
    """What an agent that writes code has to know beside the prompt."""
    forms = [", ".join(f"{name}=..." for name in branch["properties"]) for branch in _branches(schema)]
    return "In your code that is " + " or ".join(f"`{FINAL_ANSWER}({form})`" for form in forms) + "."


def _branches(schema: Mapping[str, JSON]) -> Sequence[Mapping[str, JSON]]:
    branches: Sequence[Mapping[str, JSON]] = schema.get("anyOf", [schema])
    return branches


class DecisionReader:
    """Finds the decision in the events of a run: the calls of `final_answer`, or the words that stand for one.

    Arguments are taken as the model gave them, valid or not, and prose ends the turn: to ask again is up to the hub.
    """

    def __init__(self, code_end: str = "") -> None:
        self._code_end = code_end
        self._given: list[Any] = []

    def read(self, event: Any) -> Reply | None:
        """The reply, once it is known."""
        if isinstance(event, ToolCall) and event.name == FINAL_ANSWER:
            self._given.append(event.arguments)
        elif isinstance(event, ActionStep):
            return self._after(event)
        return read_answer(event)

    def _after(self, step: ActionStep) -> Reply | None:
        if step.is_final_answer and not self._given:
            self._given.append(step.action_output)
        if self._given:
            return _reply(self._given)
        if isinstance(step.error, AgentParsingError):
            return Reply(text=as_text(step.model_output).removesuffix(self._code_end))
        return None


def read_answer(event: Any) -> Reply | None:
    """The answer that a run ends with, as text."""
    return Reply(text=as_text(event.output)) if isinstance(event, FinalAnswerStep) else None


def _reply(given: Sequence[Any]) -> Reply:
    text = "\n".join(map(as_text, given))
    native = [json.loads(as_json(arguments)) for arguments in given if isinstance(arguments, Mapping)]
    if not native:
        return Reply(text=text)
    return Reply(text=text, data=native[0] if len(native) == 1 else native)
