"""The promises of every adapter, for each kind of agent that this one opens with the generation that is installed.

AgentScope is imported in the factories, because each generation has the names of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from massgen_hub.contract import Model
from massgen_hub.testing import ADD, FAIL, MCP_SERVER, AdapterContract, Script
from massgen_hub.testing.desk import add, fail

from . import ADAPTER
from .generation import generation

HERE = "massgen_hub_agentscope.conformance"
ONE, TWO = generation() == 1, generation() == 2
DESK = {"name": "desk", "command": MCP_SERVER[0], "args": list(MCP_SERVER[1:])}


class AgentScopeContract(AdapterContract):
    """What all kinds share."""

    adapter = ADAPTER
    framework_modules = ("agentscope", "mcp", "openai")


class TestAgentScopeFromOptions(AgentScopeContract):
    """An agent that only talks."""

    __test__ = TWO
    options: ClassVar[Mapping[str, Any]] = {"system_message": "Be brief."}


class TestAgentScopeWithTools(AgentScopeContract):
    """An agent made from options with functions."""

    __test__ = TWO
    options: ClassVar[Mapping[str, Any]] = {"tools": [ADD, FAIL]}
    capabilities = ("tools",)


class TestAgentScopeWithMcp(AgentScopeContract):
    """An agent made from options with an MCP server, after which AgentScope names its tools."""

    __test__ = TWO
    options: ClassVar[Mapping[str, Any]] = {"mcp_servers": [DESK]}
    capabilities = ("mcp",)

    def uses(self, tool: str, arguments: Mapping[str, Any], then: str) -> Script:
        """A call of the server's tool."""
        return super().uses(f"mcp__desk__{tool}", arguments, then)


class TestAgentScopeOfOnesOwn(AgentScopeContract):
    """The user's own agent, with tools that it may call."""

    __test__ = TWO
    target = f"{HERE}:assistant"
    capabilities = ("tools",)


class TestAgentScopeThatAsks(AgentScopeContract):
    """The user's own agent, with tools that AgentScope asks for."""

    __test__ = TWO
    target = f"{HERE}:careful"
    capabilities = ("human",)


class TestAgentScope1FromOptions(AgentScopeContract):
    """An agent of 1.x made from options with functions, which a person lets it call."""

    __test__ = ONE
    options: ClassVar[Mapping[str, Any]] = {"tools": [ADD, FAIL], "permissions": "ask"}
    capabilities = ("human",)


class TestAgentScope1WithMcp(AgentScopeContract):
    """An agent of 1.x made from options with an MCP server."""

    __test__ = ONE
    options: ClassVar[Mapping[str, Any]] = {"mcp_servers": [DESK]}
    capabilities = ("mcp",)


class TestAgentScope1OfOnesOwn(AgentScopeContract):
    """The user's own `ReActAgent`, with tools."""

    __test__ = ONE
    target = f"{HERE}:react"
    capabilities = ("tools",)


def assistant(model: Model) -> Any:
    """A factory, as users write them."""
    from agentscope.permission import PermissionBehavior, PermissionDecision
    from agentscope.tool import FunctionTool, Toolkit

    allowed = PermissionDecision(behavior=PermissionBehavior.ALLOW, message="it does no harm")
    return _agent(model, Toolkit([FunctionTool(one, permission=allowed) for one in (add, fail)]))


def careful(model: Model) -> Any:
    """The same, with tools for which nothing is said: AgentScope asks."""
    from agentscope.tool import FunctionTool, Toolkit

    return _agent(model, Toolkit([FunctionTool(add)]))


def _agent(model: Model, toolkit: Any) -> Any:
    from agentscope.agent import Agent, InjectionConfig
    from agentscope.credential import OpenAICredential
    from agentscope.model import OpenAIChatModel

    chat = OpenAIChatModel(OpenAICredential(api_key=model.key, base_url=model.base_url), model.name)
    silent = InjectionConfig(inject_runtime_state=False)  # it tells the time, and no two runs were alike
    return Agent("assistant", "You are a careful assistant.", chat, toolkit, injection_config=silent)


def react(model: Model) -> Any:
    """A factory of an agent of 1.x, as users write them."""
    from agentscope.agent import ReActAgent
    from agentscope.formatter import OpenAIChatFormatter
    from agentscope.message import TextBlock
    from agentscope.model import OpenAIChatModel
    from agentscope.tool import Toolkit, ToolResponse

    def answering(function: Any) -> Any:
        return lambda **given: ToolResponse([TextBlock(type="text", text=str(function(**given)))])

    toolkit = Toolkit()
    integer, text = {"type": "integer"}, {"type": "string"}
    for function, properties in ((add, {"x": integer, "y": integer}), (fail, {"why": text})):
        parameters = {"type": "object", "properties": properties, "required": list(properties)}
        schema = {"type": "function", "function": {"description": "A tool.", "parameters": parameters}}
        toolkit.register_tool_function(answering(function), func_name=function.__name__, json_schema=schema)
    chat = OpenAIChatModel(model.name, api_key=model.key, client_kwargs={"base_url": model.base_url})
    return ReActAgent("assistant", "You are a careful assistant.", chat, OpenAIChatFormatter(), toolkit)
