"""The promises of every adapter, for each kind of agent that this one opens."""

from __future__ import annotations

from typing import Any, ClassVar

from massgen_hub.contract import Model
from massgen_hub.testing import ADD, FAIL, MCP_SERVER, AdapterContract, Script
from massgen_hub.testing.desk import add
from openai import AsyncOpenAI
from semantic_kernel.agents import AgentGroupChat, ChatCompletionAgent, SequentialOrchestration
from semantic_kernel.agents.strategies import DefaultTerminationStrategy
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion
from semantic_kernel.functions import KernelPlugin, kernel_function

from . import ADAPTER

FRAMEWORK = ("semantic_kernel", "openai", "mcp")


class OfSemanticKernel(AdapterContract):
    """Functions are offered with the name of their plugin."""

    adapter = ADAPTER
    framework_modules = FRAMEWORK

    def uses(self, tool: str, arguments: dict[str, object], then: str) -> Script:  # type: ignore[override]
        return super().uses(f"tools-{tool}", arguments, then)


class TestFromOptions(OfSemanticKernel):
    options: ClassVar = {"system_message": "Be brief.", "tools": [ADD, FAIL]}
    capabilities = ("tools",)


class TestWithAnMcpServer(OfSemanticKernel):
    options: ClassVar = {"mcp_servers": [{"name": "desk", "command": MCP_SERVER[0], "args": list(MCP_SERVER[1:])}]}
    capabilities = ("mcp",)


class TestAFactoryWithAServiceOfItsOwn(OfSemanticKernel):
    options: ClassVar = {"approve": ["add"]}
    target = "massgen_hub_semantic_kernel.conformance:own"
    capabilities = ("human",)


class TestASequence(OfSemanticKernel):
    target = "massgen_hub_semantic_kernel.conformance:sequence"
    capabilities = ("group",)


class TestAGroupChat(OfSemanticKernel):
    target = "massgen_hub_semantic_kernel.conformance:group_chat"
    capabilities = ("group",)


# Agents and groups as users write them.


class Desk:
    """A plugin."""

    @kernel_function
    def add(self, x: int, y: int) -> int:
        """Add two numbers."""
        return add(x, y)


desk = KernelPlugin.from_object("tools", Desk())


def own(model: Model) -> ChatCompletionAgent:
    """An agent with a client of its own, which tries again by itself."""
    return _agent("own", model, instructions="Be brief.", plugins=[desk])


def sequence(model: Model) -> Any:
    """Two agents, one after the other."""
    return SequentialOrchestration([_agent(name, model) for name in ("first", "second")])


def group_chat(model: Model) -> AgentGroupChat:
    """Two agents that take turns, once each."""
    members: list[Any] = [_agent(name, model) for name in ("first", "second")]
    return AgentGroupChat(members, DefaultTerminationStrategy(maximum_iterations=2))


def _agent(name: str, model: Model, **about: Any) -> ChatCompletionAgent:
    client = AsyncOpenAI(base_url=model.base_url, api_key=model.key)
    service = OpenAIChatCompletion(ai_model_id=model.name, async_client=client)
    return ChatCompletionAgent(service=service, name=name, **about)
