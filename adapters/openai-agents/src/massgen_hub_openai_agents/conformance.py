"""The promises of every adapter, for each kind of agent that this one opens."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from agents import Agent, AgentOutputSchemaBase, OpenAIChatCompletionsModel, function_tool
from massgen_hub.contract import Model
from massgen_hub.testing import ADD, FAIL, MCP_SERVER, AdapterContract, Script, calls, in_turn
from massgen_hub.testing.desk import add
from openai import AsyncOpenAI

from . import ADAPTER

FRAMEWORK = ("agents", "openai", "mcp")


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


class TestOverTheResponsesApi(AdapterContract):
    adapter = ADAPTER
    options: ClassVar = {"api": "responses", "tools": [ADD, FAIL]}
    capabilities = ("tools",)
    framework_modules = FRAMEWORK
    ways = ("inline",)  # the gateway speaks Chat Completions


class TestOfOnesOwn(AdapterContract):
    adapter = ADAPTER
    target = "massgen_hub_openai_agents.conformance:assistant"
    capabilities = ("human",)
    framework_modules = FRAMEWORK


class TestOfOnesOwnWithAStructuredOutput(AdapterContract):
    adapter = ADAPTER
    target = "massgen_hub_openai_agents.conformance:geographer"
    capabilities = ("structured",)
    framework_modules = FRAMEWORK


class TestHandingOff(AdapterContract):
    adapter = ADAPTER
    target = "massgen_hub_openai_agents.conformance:front"
    capabilities = ("group",)
    framework_modules = FRAMEWORK

    def discusses(self, first: str, last: str) -> Script:
        return in_turn(calls(("transfer_to_assistant", {}), text=first), then=self.says(last))


class TestAFactoryWithAClientOfItsOwn(AdapterContract):
    adapter = ADAPTER
    target = "massgen_hub_openai_agents.conformance:own"
    framework_modules = FRAMEWORK


# Agents as users write them.


class JsonOrProse(AgentOutputSchemaBase):
    """A form of output that most promises need, because they are about prose."""

    def is_plain_text(self) -> bool:
        return False

    def name(self) -> str:
        return "json-or-prose"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "object"}

    def is_strict_json_schema(self) -> bool:
        return False

    def validate_json(self, json_str: str) -> Any:
        try:
            return json.loads(json_str)
        except ValueError:
            return json_str


assistant = Agent(name="assistant", tools=[function_tool(add, needs_approval=True)], model="gpt-5")
geographer = Agent(name="geographer", output_type=JsonOrProse())
front = Agent(name="front", handoffs=[assistant])


def own(model: Model) -> Agent[Any]:
    client = AsyncOpenAI(base_url=model.base_url, api_key=model.key)
    return Agent(name="own", model=OpenAIChatCompletionsModel(model.name, client))
