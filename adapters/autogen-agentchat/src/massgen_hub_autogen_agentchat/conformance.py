"""The promises of every adapter, for each kind of agent that this one opens."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

from autogen_agentchat.agents import AssistantAgent, CodeExecutorAgent
from autogen_agentchat.conditions import HandoffTermination, TextMessageTermination
from autogen_agentchat.teams import RoundRobinGroupChat, Swarm
from autogen_core.models import ChatCompletionClient, ModelInfo
from autogen_ext.code_executors.local import LocalCommandLineCodeExecutor
from autogen_ext.models.openai import OpenAIChatCompletionClient
from massgen_hub.contract import Model
from massgen_hub.testing import ADD, FAIL, MCP_SERVER, AdapterContract, Script, call, calls, in_turn
from massgen_hub.testing.desk import add, fail

from . import ADAPTER

HERE = __name__
FRAMEWORK = ("autogen_agentchat", "autogen_core", "autogen_ext", "openai", "mcp")


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


class TestAnAssistant(AdapterContract):
    adapter = ADAPTER
    target = f"{HERE}:assistant"
    capabilities = ("tools",)
    framework_modules = FRAMEWORK


class TestACoder(AdapterContract):
    adapter = ADAPTER
    target = f"{HERE}:coder"
    capabilities = ("code",)
    framework_modules = FRAMEWORK


class TestARoundRobin(AdapterContract):
    adapter = ADAPTER
    target = f"{HERE}:round_robin"
    capabilities = ("group",)
    framework_modules = FRAMEWORK


class TestASwarm(AdapterContract):
    adapter = ADAPTER
    target = f"{HERE}:swarm"
    capabilities = ("group", "human")
    framework_modules = FRAMEWORK

    def discusses(self, first: str, last: str) -> Script:
        return in_turn(calls(("transfer_to_second", {}), text=first), then=self.says(last))

    def asks(self, then: str) -> Script:
        return in_turn(call("transfer_to_user", {}), then=self.says(then))


# Agents and teams as users write them.


def client(model: Model) -> ChatCompletionClient:
    info = ModelInfo(vision=False, function_calling=True, json_output=True, structured_output=True, family="unknown")
    return OpenAIChatCompletionClient(model=model.name, base_url=model.base_url, api_key=model.key, model_info=info)


def assistant(model: Model) -> Any:
    return AssistantAgent("assistant", client(model), tools=[add, fail], max_tool_iterations=5)


def coder(model: Model) -> Any:
    with warnings.catch_warnings(action="ignore"):
        return CodeExecutorAgent("coder", LocalCommandLineCodeExecutor(timeout=30), model_client=client(model))


def round_robin(model: Model) -> Any:
    shared = client(model)
    members: list[Any] = [AssistantAgent(name, shared, model_client_stream=True) for name in ("first", "second")]
    return RoundRobinGroupChat(members, max_turns=2)


def swarm(model: Model) -> Any:
    first = AssistantAgent("first", client(model), handoffs=["second", "user"])
    second = AssistantAgent("second", client(model))
    ends = HandoffTermination("user") | TextMessageTermination("first") | TextMessageTermination("second")
    return Swarm([first, second], termination_condition=ends)
