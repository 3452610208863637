"""Decisions: another `final_answer` for one turn, which takes what `Turn.schema` allows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from massgen_hub.contract import Reply
from massgen_hub.kit import as_json, as_text, decided, decision_tools
from smolagents import ActionStep, AgentParsingError, FinalAnswerStep, Tool, ToolCall

from .telling import FINAL_ANSWER

if TYPE_CHECKING:
    from massgen_hub.contract import JSON


class DecisionTool(Tool):
    """Ends the run with its arguments, as they are. A tool of this name is terminal in both kinds of agent."""

    name = FINAL_ANSWER
    output_type = "any"
    skip_forward_signature_validation = True

    def forward(self, *values: Any, **arguments: Any) -> Any:
        """A single nameless argument, which may be a whole decision, or all of them by name or by place. Its source
        is sent to executors elsewhere, so that it knows nothing else."""
        if len(values) == 1 and not arguments:
            return values[0]
        return {**{str(place): value for place, value in enumerate(values)}, **arguments}

    def to_code_prompt(self) -> str:
        """A signature whose comment holds the schema: smolagents' own leaves out what the values may be."""
        return f'def {self.name}({", ".join(self.inputs)}):\n    """{self.description} {as_json(self.inputs)}"""'


def decision_tool(schema: Mapping[str, JSON]) -> DecisionTool:
    """The tool for what the schema allows."""
    kinds = _kinds(schema)
    inputs = {
        name: {"description": name, **form, **({"nullable": True} if len(kinds) > 1 else {})}
        for kind in kinds
        for name, form in kind["properties"].items()
    }
    description = " Or: ".join(kind["description"] for kind in kinds)
    return type(DecisionTool.__name__, (DecisionTool,), {"description": description, "inputs": inputs})()


def in_code(schema: Mapping[str, JSON]) -> str:
    """What an agent that writes code has to know beside the prompt."""
    forms = [", ".join(f"{name}=..." for name in kind["properties"]) for kind in _kinds(schema)]
    return "In your code that is " + " or ".join(f"`{FINAL_ANSWER}({form})`" for form in forms) + "."


def _kinds(schema: Mapping[str, JSON]) -> list[Mapping[str, JSON]]:
    return [tool["function"]["parameters"] for tool in decision_tools(schema)]


class DecisionReader:
    """Finds the decision in the events of a run: the calls of `final_answer`, or the words that stand for one.

    Arguments are taken as the model gave them, valid or not, and prose ends the turn: to ask again is up to the hub.
    """

    def __init__(self, tool: DecisionTool, code_end: str = "") -> None:
        self._names, self._code_end = list(tool.inputs), code_end
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
            self._given.append(self._named(step.action_output))
        if self._given:
            return decided("", map(_plain, self._given))
        if isinstance(step.error, AgentParsingError):
            return Reply(text=as_text(step.model_output).removesuffix(self._code_end))
        return None

    def _named(self, output: Any) -> Any:
        if not isinstance(output, Mapping):
            return output
        names = {str(place): name for place, name in enumerate(self._names)}
        return {names.get(key, key): value for key, value in output.items()}


def read_answer(event: Any) -> Reply | None:
    """The answer that a run ends with, as text."""
    return Reply(text=as_text(event.output)) if isinstance(event, FinalAnswerStep) else None


def _plain(given: Any) -> JSON:
    return json.loads(as_json(given)) if isinstance(given, Mapping) else as_text(given)
