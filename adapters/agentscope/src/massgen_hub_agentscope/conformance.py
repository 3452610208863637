"""The promises of every adapter, for each kind of agent that this one opens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from agentscope.agent import Agent, InjectionConfig
from agentscope.credential import OpenAICredential
from agentscope.model import OpenAIChatModel
from agentscope.permission import PermissionBehavior, PermissionDecision
from agentscope.tool import FunctionTool, Toolkit
from massgen_hub.contract import Model
from massgen_hub.testing import ADD, FAIL, MCP_SERVER, AdapterContract, Script
from massgen_hub.testing.desk import add, fail

from . import ADAPTER

FRAMEWORK = ("agentscope", "mcp", "openai")
DESK = {"name": "desk", "command": MCP_SERVER[0], "args": list(MCP_SERVER[1:])}
ALLOWED = PermissionDecision(behavior=PermissionBehavior.ALLOW, message="it does no harm")


class TestAgentScopeFromOptions(AdapterContract):
    """An agent that only talks."""

    adapter = ADAPTER
    options: ClassVar[Mapping[str, Any]] = {"system_message": "Be brief."}
    framework_modules = FRAMEWORK


class TestAgentScopeWithTools(AdapterContract):
    """An agent made from options with functions."""

    adapter = ADAPTER
    options: ClassVar[Mapping[str, Any]] = {"tools": [ADD, FAIL]}
    capabilities = ("tools",)
    framework_modules = FRAMEWORK


class TestAgentScopeWithMcp(AdapterContract):
    """An agent made from options with an MCP server, after which AgentScope names its tools."""

    adapter = ADAPTER
    options: ClassVar[Mapping[str, Any]] = {"mcp_servers": [DESK]}
    capabilities = ("mcp",)
    framework_modules = FRAMEWORK

    def uses(self, tool: str, arguments: Mapping[str, Any], then: str) -> Script:
        """A call of the server's tool."""
        return super().uses(f"mcp__desk__{tool}", arguments, then)


class TestAgentScopeOfOnesOwn(AdapterContract):
    """The user's own agent, with tools that it may call."""

    adapter = ADAPTER
    target = "massgen_hub_agentscope.conformance:assistant"
    capabilities = ("tools",)
    framework_modules = FRAMEWORK


class TestAgentScopeThatAsks(AdapterContract):
    """The user's own agent, with tools that AgentScope asks for."""

    adapter = ADAPTER
    target = "massgen_hub_agentscope.conformance:careful"
    capabilities = ("human",)
    framework_modules = FRAMEWORK


def assistant(model: Model) -> Agent:
    """A factory, as users write them."""
    return _agent(model, Toolkit([FunctionTool(one, permission=ALLOWED) for one in (add, fail)]))


def careful(model: Model) -> Agent:
    """The same, with tools for which nothing is said: AgentScope asks."""
    return _agent(model, Toolkit([FunctionTool(add)]))


def _agent(model: Model, toolkit: Toolkit) -> Agent:
    chat = OpenAIChatModel(OpenAICredential(api_key=model.key, base_url=model.base_url), model.name)
    silent = InjectionConfig(inject_runtime_state=False)  # it tells the time, and no two runs were alike
    return Agent("assistant", "You are a careful assistant.", chat, toolkit, injection_config=silent)
