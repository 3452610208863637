"""The promises of every adapter, for each kind of agent and workflow that this one opens."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, ClassVar

from agent_framework import Agent, Workflow, WorkflowAgent, tool
from agent_framework_openai import OpenAIChatCompletionClient
from agent_framework_orchestrations import GroupChatBuilder, GroupChatState, HandoffBuilder
from massgen_hub.contract import Model
from massgen_hub.testing import ADD, FAIL, MCP_SERVER, AdapterContract, Script, calls, in_turn
from massgen_hub.testing.desk import add

from . import ADAPTER

HERE = "massgen_hub_agent_framework.conformance"


class AgentFrameworkContract(AdapterContract):
    """What all kinds share."""

    adapter = ADAPTER
    framework_modules = ("agent_framework", "openai", "mcp")


class TestFromOptions(AgentFrameworkContract):
    options: ClassVar = {"system_message": "Be brief.", "tools": [ADD, FAIL]}
    capabilities = ("tools",)


class TestOfOnesOwn(AgentFrameworkContract):
    target = f"{HERE}:assistant"
    capabilities = ("human", "structured")


class TestAGroupChatAsAnAgent(AgentFrameworkContract):
    target = f"{HERE}:group_chat"
    capabilities = ("group",)


class TestHandingOff(AgentFrameworkContract):
    target = f"{HERE}:handoff"
    capabilities = ("group",)

    def discusses(self, first: str, last: str) -> Script:
        return in_turn(calls(("handoff_to_second", {}), text=first), then=self.says(last))


if find_spec("mcp"):

    class TestWithAnMcpServer(AgentFrameworkContract):
        options: ClassVar = {"mcp_servers": [{"name": "desk", "command": MCP_SERVER[0], "args": list(MCP_SERVER[1:])}]}
        capabilities = ("mcp",)


# Agents and workflows as users write them.


def assistant(model: Model) -> Agent[Any]:
    """An agent with a tool that must be approved."""
    return _agent("assistant", model, tools=[tool(add, approval_mode="always_require")])


def group_chat(model: Model) -> WorkflowAgent:
    """Two agents that take turns, once each."""
    agents = [_agent("first", model), _agent("second", model)]
    return GroupChatBuilder(participants=agents, selection_func=_in_turn, max_rounds=2).build().as_agent("chat")


def handoff(model: Model) -> Workflow:
    """Two agents that hand off to each other."""
    agents = [_agent(name, model, require_per_service_call_history_persistence=True) for name in ("first", "second")]
    return HandoffBuilder(participants=agents).with_start_agent(agents[0]).build()


def _in_turn(state: GroupChatState) -> str:
    return list(state.participants)[state.current_round % len(state.participants)]


def _agent(name: str, model: Model, **about: Any) -> Agent[Any]:
    client = OpenAIChatCompletionClient(model.name, base_url=model.base_url, api_key=model.key)
    return Agent(client, name=name, **about)
