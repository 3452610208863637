"""The promises of every adapter, for each kind of agent that this one opens."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from massgen_hub.contract import Model
from massgen_hub.testing import ADD, FAIL, MCP_SERVER, AdapterContract, Script, call, in_turn, say
from massgen_hub.testing.desk import add
from openai import AsyncOpenAI
from pydantic_ai import Agent, RunContext, TextOutput, Tool
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from . import ADAPTER

FRAMEWORK = ("pydantic_ai", "openai", "mcp")


class TestFromOptions(AdapterContract):
    adapter = ADAPTER
    options: ClassVar = {"system_message": "Be brief.", "tools": [ADD, FAIL]}
    capabilities = ("tools",)
    framework_modules = FRAMEWORK


class TestWithAnMcpServer(AdapterContract):
    adapter = ADAPTER
    options: ClassVar = {"mcp_servers": [{"name": "desk", "command": MCP_SERVER[0], "args": list(MCP_SERVER[1:])}]}
    capabilities = ("mcp",)
    framework_modules = FRAMEWORK


class TestOfOnesOwn(AdapterContract):
    adapter = ADAPTER
    target = "massgen_hub_pydantic_ai.conformance:assistant"
    capabilities = ("human",)
    framework_modules = FRAMEWORK


class TestOfOnesOwnWithAStructuredOutput(AdapterContract):
    adapter = ADAPTER
    target = "massgen_hub_pydantic_ai.conformance:geographer"
    capabilities = ("structured",)
    framework_modules = FRAMEWORK


class TestAFactoryOfAnAgentThatAsksAnother(AdapterContract):
    adapter = ADAPTER
    target = "massgen_hub_pydantic_ai.conformance:manager"
    capabilities = ("group",)
    framework_modules = FRAMEWORK

    def discusses(self, first: str, last: str) -> Script:
        return in_turn(call("consult", {"question": "Which capital?"}), say(first), then=self.says(last))


# Agents as users write them.


def json_or_prose(text: str) -> Any:
    """A form of output that most promises need, because they are about prose."""
    try:
        return json.loads(text)
    except ValueError:
        return text


assistant = Agent(tools=[Tool(add, requires_approval=True)])
geographer = Agent(name="geographer", output_type=TextOutput(json_or_prose))
expert = Agent(name="expert")


async def consult(context: RunContext[Any], question: str) -> str:
    """Ask the expert."""
    return (await expert.run(question, model=context.model, usage=context.usage)).output


def manager(model: Model) -> Agent[Any, str]:
    """An agent with a client of its own, which tries again by itself."""
    client = AsyncOpenAI(base_url=model.base_url, api_key=model.key)
    return Agent(OpenAIChatModel(model.name, provider=OpenAIProvider(openai_client=client)), tools=[consult])
