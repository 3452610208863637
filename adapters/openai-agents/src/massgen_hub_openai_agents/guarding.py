"""Guardrails: what they see of a decision, and a tripped one as a failure of the turn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from agents import (
    Agent,
    AgentOutputSchema,
    AgentOutputSchemaBase,
    InputGuardrailTripwireTriggered,
    ModelBehaviorError,
    OutputGuardrailTripwireTriggered,
    RunContextWrapper,
    ToolInputGuardrailTripwireTriggered,
    ToolOutputGuardrailTripwireTriggered,
)
from massgen_hub.contract import Reply, Turn
from massgen_hub.errors import TurnError
from massgen_hub.kit import as_text
from pydantic_core import to_jsonable_python


@contextmanager
def tripping() -> Iterator[None]:
    """A tripped guardrail is a `TurnError` with its name and what it said."""
    try:
        yield
    except (InputGuardrailTripwireTriggered, OutputGuardrailTripwireTriggered) as tripped:
        result = tripped.guardrail_result
        raise _tripped(result.guardrail.get_name(), result.output.output_info) from tripped
    except (ToolInputGuardrailTripwireTriggered, ToolOutputGuardrailTripwireTriggered) as tripped:
        raise _tripped(tripped.guardrail.get_name(), tripped.output.output_info) from tripped


def _tripped(name: str, info: Any) -> TurnError:
    said = as_text(to_jsonable_python(info, fallback=str))
    return TurnError(f"the guardrail `{name}` was tripped" + (f": {said}" if said else ""))


async def guard(agent: Agent[Any], context: RunContextWrapper[Any], reply: Reply, turn: Turn) -> None:
    """Show the agent's output guardrails what a decision proposes as an answer; a ballot is none.

    Text where no tool was called may hold an answer as long as the turn allows one.
    """
    calls = reply.data if isinstance(reply.data, list) else [reply.data] if reply.data else []
    proposed = [call["answer"] for call in calls if "answer" in call]
    if not calls and turn.kind == "decide":
        proposed = [reply.text]
    for answer in proposed:
        for guardrail in agent.output_guardrails:
            result = await guardrail.run(context=context, agent=agent, agent_output=_output(agent, answer))
            if result.output.tripwire_triggered:
                raise OutputGuardrailTripwireTriggered(result)


def _output(agent: Agent[Any], answer: Any) -> Any:
    """The answer in the agent's own form, where it has that form."""
    if agent.output_type in (None, str) or not isinstance(answer, str):
        return answer
    form = agent.output_type
    if not isinstance(form, AgentOutputSchemaBase):
        form = AgentOutputSchema(form)
    try:
        return form.validate_json(answer)
    except ModelBehaviorError:
        return answer
