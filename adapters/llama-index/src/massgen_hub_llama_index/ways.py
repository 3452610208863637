"""Where a workflow takes the prompt and leaves the answer, and the text of what it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any

from llama_index.core.agent.workflow import AgentOutput
from llama_index.core.llms import ChatMessage, ChatResponse, CompletionResponse
from massgen_hub.contract import Turn
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.kit import as_text, function_named
from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from workflows import Workflow
from workflows.events import StartEvent

USUAL = "user_msg"
"""What the start event of LlamaIndex's own agents calls the prompt."""
OR_ELSE = "a field of an event"
"""What `input` and `output` name, if no function."""


def way_in(option: str | None, workflow: Workflow) -> Callable[[Turn], dict[str, Any]]:
    """From a turn to the arguments of a run. Raises `ConfigError` where the start event takes no such field."""
    if function := function_named("input", option, OR_ELSE):
        whole = "turn" in signature(function).parameters
        return lambda turn: _arguments(function(turn if whole else turn.prompt))
    field = _field(option, workflow.start_event_class)
    return lambda turn: {field: turn.prompt}


def way_out(option: str | None) -> Callable[[Any], Any]:
    """From the result of a run to the answer: it raises `TurnError` where there is none."""
    if function := function_named("output", option, OR_ELSE):
        return function
    if option is None:
        return lambda result: result

    def answer(result: Any) -> Any:
        found = result.get(option) if isinstance(result, Mapping) else getattr(result, option, None)
        if found is None:
            raise TurnError(f"the workflow ended without `{option}`", hint="is `output` the right one?")
        return found

    return answer


def text_of(value: object) -> str:
    """The text of a reply or a message, a string as it is, and JSON for what has structure."""
    match value:
        case AgentOutput(structured_response=dict() as structure) if structure:
            return as_text(structure)
        case AgentOutput(response=message) | ChatResponse(message=message):
            return message.content or ""
        case ChatMessage(content=text) | CompletionResponse(text=text):
            return text or ""
        case BaseModel() | Mapping() | list() | tuple():
            return as_text(to_jsonable_python(value, fallback=str, bytes_mode="base64"))
    return as_text(value)


def _arguments(given: Any) -> dict[str, Any]:
    if isinstance(given, StartEvent):
        return {"start_event": given}
    if isinstance(given, Mapping):
        return dict(given)
    what = f"the function of `input` made a `{type(given).__name__}`"
    raise TurnError(what, hint="let it return a start event, or a mapping of its fields")


def _field(option: str | None, event: type[StartEvent]) -> str:
    """The field that takes the prompt: the one that the event has, if it says which it has."""
    fields = event.model_fields
    name = option or (next(iter(fields)) if len(fields) == 1 else USUAL)
    if fields and name not in fields:
        hint = f"set `input` to one of its fields ({', '.join(fields)}), or to a function: `module:attribute`"
        raise ConfigError(f"the start event `{event.__name__}` has no field `{name}`", hint=hint)
    return name
