"""The promises of every adapter, for each kind of agent that this one opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from massgen_hub.contract import JSON, Model, Setup
from massgen_hub.targets import resolve
from massgen_hub.testing import AdapterContract, ModelServer, Script, call, say
from smolagents import CodeAgent, OpenAIModel, ToolCallingAgent, tool

from . import adapter as smolagents_adapter

HERE = __name__


class SmolagentsContract(AdapterContract):
    """Agents that call tools. `target` names what the agent is, where it is not made from options."""

    adapter = smolagents_adapter
    framework_modules = ("smolagents", "openai", "rich.live")
    target: ClassVar[str] = ""

    def setup(self, server: ModelServer, model: str, agent: str) -> Setup:
        """What the agent is opened with."""
        return replace(super().setup(server, model, agent), target=resolve(self.target) if self.target else None)

    def decides(self, decision: Mapping[str, JSON]) -> Script:
        """A decision is an answer that ends the run."""
        return lambda _body: call("final_answer", decision)


class CodeContract(SmolagentsContract):
    """Agents that write code."""

    def says(self, text: str) -> Script:
        """An answer in code."""
        return lambda _body: say(f"Thought: easy.\n<code>\nfinal_answer({text!r})\n</code>")

    def decides(self, decision: Mapping[str, JSON]) -> Script:
        """A decision in code."""
        return lambda _body: say(f"Thought: clear.\n<code>\nfinal_answer(**{decision!r})\n</code>")


class TestToolCallingAgent(SmolagentsContract):
    options: ClassVar = {"system_message": "Be brief."}


class TestToolCallingAgentWithShortPrompts(SmolagentsContract):
    options: ClassVar = {"prompts": "short"}


class TestToolCallingAgentWithTools(SmolagentsContract):
    options: ClassVar = {"tools": [f"{HERE}:add"]}


class TestCodeAgent(CodeContract):
    options: ClassVar = {"kind": "code", "prompts": "short"}


class TestAnAgentOfTheUser(SmolagentsContract):
    target = f"{HERE}:assistant"


class TestACodeAgentOfTheUser(CodeContract):
    target = f"{HERE}:coder"


class TestAnAgentThatManagesAnother(SmolagentsContract):
    target = f"{HERE}:team"


# Agents as users write them.


def add(x: int, y: int) -> int:
    """Add two numbers.

    Args:
        x: the first
        y: the second
    """
    return x + y


def _model(model: Model) -> OpenAIModel:
    return OpenAIModel(
        model.name, api_base=model.base_url, api_key=model.key, retry=False, client_kwargs={"max_retries": 0}
    )


def assistant(model: Model) -> Any:
    """An agent with a tool."""
    return ToolCallingAgent(tools=[tool(add)], model=_model(model))


def coder(model: Model) -> Any:
    """An agent that may import what it needs."""
    return CodeAgent(tools=[tool(add)], model=_model(model), additional_authorized_imports=["json"])


def team(model: Model) -> Any:
    """An agent that may ask another."""
    helper = CodeAgent(tools=[], model=_model(model), name="helper", description="Calculates.")
    return ToolCallingAgent(tools=[], model=_model(model), managed_agents=[helper])
