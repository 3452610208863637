"""What users write: tools, agents and what belongs to them, as a config names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agents import (
    Agent,
    GuardrailFunctionOutput,
    OpenAIChatCompletionsModel,
    RunContextWrapper,
    Runner,
    SQLiteSession,
    ToolGuardrailFunctionOutput,
    WebSearchTool,
    function_tool,
    handoff,
    input_guardrail,
    output_guardrail,
    tool_input_guardrail,
)
from agents import Model as ModelInterface
from massgen_hub.contract import Model
from openai import AsyncOpenAI
from pydantic import BaseModel


def add(x: int, y: int) -> int:
    """Add two numbers."""
    return x + y


def divide() -> float:
    """Divide one by zero."""
    return 1 / 0


@function_tool(needs_approval=True)
def delete(path: str) -> str:
    """Delete a file."""
    return f"deleted {path}"


@function_tool(name_override="vote")
def own_vote(colour: str) -> str:
    """Vote for a colour."""
    return colour


def refused(numbers: dict[str, int]) -> int:
    """The SDK takes no such parameters, because their schema is not strict."""
    return sum(numbers.values())


number = 7


class City(BaseModel):
    """An output that is no text."""

    name: str
    people: int


@dataclass
class Desk:
    """A context."""

    papers: int = 0


@function_tool
def take_paper(desk: RunContextWrapper[Desk]) -> int:
    """Take a paper from the desk; how many are taken by now."""
    desk.context.papers += 1
    return desk.context.papers


@input_guardrail
def no_secrets(_context: Any, _agent: Any, given: Any) -> GuardrailFunctionOutput:
    """Trips over secrets in the prompt."""
    return GuardrailFunctionOutput({"found": "SECRET"}, tripwire_triggered="SECRET" in str(given))


@output_guardrail
def no_lyon(_context: Any, _agent: Any, output: Any) -> GuardrailFunctionOutput:
    """Trips over Lyon in the output."""
    return GuardrailFunctionOutput("Lyon is no capital", tripwire_triggered="Lyon" in str(output))


expert = Agent(name="expert", instructions="You know capitals.")
front = Agent(name="front", instructions="Pass it on.", handoffs=[expert])
guarded = Agent(name="guarded", input_guardrails=[no_secrets], output_guardrails=[no_lyon])
careful = Agent(name="careful", tools=[delete])
clerk = Agent[Desk](name="clerk", tools=[take_paper])
manager = Agent(name="manager", tools=[expert.as_tool("ask_expert", "Ask the expert.")])
searching = Agent(name="searching", tools=[WebSearchTool()])
passing_to_search = Agent(name="passing", handoffs=[handoff(searching)])


def own(model: Model) -> Agent[Any]:
    """A factory whose agent has a client of its own, which tries again by itself."""
    client = AsyncOpenAI(base_url=model.base_url, api_key=model.key)
    return Agent(name="own", model=OpenAIChatCompletionsModel("theirs", client))


def own_searching(model: Model) -> Agent[Any]:
    """A hosted tool with Chat Completions, which have none."""
    return own(model).clone(tools=[WebSearchTool()])


def own_front(model: Model) -> Agent[Any]:
    """An agent with a model of its own that hands off to one without."""
    return own(model).clone(handoffs=[expert])


remembered = SQLiteSession("somebody")
"""In memory, filled by a test."""


def session() -> SQLiteSession:
    """A factory of one."""
    return remembered


async def consult() -> str:
    """Ask an agent of one's own, with the SDK's defaults."""
    return str((await Runner.run(Agent(name="inner", model=Mute()), "Well?")).final_output)


class Mute(ModelInterface):
    """A model that is not there."""

    async def get_response(self, *_given: Any, **_named: Any) -> Any:
        """Fail."""
        raise RuntimeError("no answer")

    def stream_response(self, *_given: Any, **_named: Any) -> Any:
        """Fail."""
        raise RuntimeError("no answer")


@function_tool(name_override="consult")
def oracle() -> int:
    """Know it."""
    return 42


@output_guardrail
def no_villages(_context: Any, _agent: Any, output: City) -> GuardrailFunctionOutput:
    """Trips over small cities."""
    return GuardrailFunctionOutput(None, tripwire_triggered=output.people < 100)


@tool_input_guardrail
def never(_data: Any) -> ToolGuardrailFunctionOutput:
    """Trips."""
    return ToolGuardrailFunctionOutput.raise_exception("not this tool")


@function_tool(tool_input_guardrails=[never])
def shred() -> str:
    """Shred it."""
    return "shredded"
