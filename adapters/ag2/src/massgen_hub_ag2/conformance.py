"""The kinds of agents of AG2 that keep the promises of the hub's contract, and the factories of those that exist.

AG2 is imported in the factories, so that to name them imports nothing. Kinds of a generation that is not installed are
not collected.
"""

from __future__ import annotations

from importlib.util import find_spec
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from massgen_hub.contract import Model
from massgen_hub.targets import resolve
from massgen_hub.testing import ADD, FAIL, MCP_SERVER, AdapterContract, call, in_turn, say
from massgen_hub.testing.replies import Script

from . import ADAPTER
from .generations import has_modern, has_openai

HERE = "massgen_hub_ag2.conformance"
MODERN = {"kind": "agent"}
LOCAL_CODE = {"executor": {"type": "LocalCommandLineCodeExecutor", "timeout": 30}}
TOOLS = [ADD, FAIL]
MODERN_IS_HERE = has_modern() and has_openai(3)


def classic_agent(model: Model) -> Any:
    """A classic agent with tools."""
    return _classic("mine", model, *TOOLS)


def pair(model: Model) -> Any:
    """An assistant with tools, and its user proxy, which runs code and asks a person where the assistant asks."""
    from autogen import UserProxyAgent
    from autogen.coding import LocalCommandLineCodeExecutor

    folder = TemporaryDirectory(prefix="massgen-hub-")
    user = UserProxyAgent(
        "user",
        human_input_mode="TERMINATE",
        is_termination_msg=lambda message: (message.get("content") or "").endswith("?"),
        code_execution_config={"executor": LocalCommandLineCodeExecutor(timeout=30, work_dir=folder.name)},
        default_auto_reply=None,
    )
    for tool in map(resolve, TOOLS):
        user.register_for_execution()(tool)
    user.folder = folder  # lasts as long as the proxy
    return user, _classic("mine", model, *TOOLS)


def group_chat(model: Model) -> Any:
    """The manager of two agents that speak in turn, once each."""
    from autogen import GroupChat, GroupChatManager

    agents = [_classic("first", model), _classic("second", model)]
    return GroupChatManager(GroupChat(agents, max_round=3, speaker_selection_method="round_robin"), llm_config=False)


def pattern(model: Model) -> Any:
    """A pattern of two agents that speak in turn."""
    from autogen.agentchat.group.patterns import RoundRobinPattern

    agents = [_classic("first", model), _classic("second", model)]
    return RoundRobinPattern(initial_agent=agents[0], agents=agents)


def modern_agent(model: Model) -> Any:
    """An agent of AG2 1.x with tools, one of which asks a person, and a reply format."""
    from ag2 import Agent, Context, tool

    async def ask(what: str, context: Any) -> str:
        return str(await context.input(what))

    ask.__annotations__["context"] = Context
    tools = [*map(resolve, TOOLS), tool(ask, description="Ask a person.")]
    return Agent("mine", config=_openai("ag2", model), tools=tools, response_schema=dict[str, str])


def mcp_agent(model: Model) -> Any:
    """An agent of AG2 1.x with the tools of an MCP server."""
    from ag2 import Agent
    from ag2.tools.toolkits.mcp_server import MCPStdioServerConfig, MCPToolkit

    command, *arguments = MCP_SERVER
    server = MCPStdioServerConfig(command=command, args=arguments, server_label="desk")
    return Agent("mine", config=_openai("ag2", model), tools=[MCPToolkit(server)])


def beta_agent(model: Model) -> Any:
    """An agent of `autogen.beta` with tools."""
    from autogen.beta import Agent

    return Agent("mine", config=_openai("autogen.beta", model), tools=map(resolve, TOOLS))


def _classic(name: str, model: Model, *tools: str) -> Any:
    from autogen import ConversableAgent, LLMConfig

    config = LLMConfig({"model": model.name, "api_key": model.key, "base_url": model.base_url})
    agent = ConversableAgent(name, llm_config=config, human_input_mode="NEVER")
    for tool in map(resolve, tools):
        agent.register_for_llm(description=tool.__doc__)(tool)
    return agent


def _openai(package: str, model: Model) -> Any:
    config = resolve(f"{package}.config:OpenAIConfig")
    return config(model=model.name, api_key=model.key, base_url=model.base_url)


class Ag2Contract(AdapterContract):
    """What all kinds share."""

    adapter = ADAPTER
    framework_modules = ("autogen", "ag2", "openai")


class TestClassic(Ag2Contract):
    """An assistant that options describe, with tools, whose code is run."""

    options: ClassVar = {"tools": TOOLS, "code_execution_config": LOCAL_CODE}
    capabilities = ("tools", "code")


class TestClassicGroup(Ag2Contract):
    """A group that options describe."""

    options: ClassVar = {
        "group": {"agents": [{"name": "first"}, {"name": "second"}], "pattern": "round_robin"},
        "max_rounds": 3,
    }
    capabilities = ("group",)


class TestClassicExisting(Ag2Contract):
    """A classic agent of the user's own."""

    target = f"{HERE}:classic_agent"
    capabilities = ("tools",)


class TestClassicPair(Ag2Contract):
    """A pair of the user's own."""

    target = f"{HERE}:pair"
    capabilities = ("tools", "code", "human")
    answers = ("That of France.",)

    def asks(self, then: str) -> Script:
        """Its assistant asks in plain words."""
        return in_turn(say("Which capital?"), then=self.says(then))


class TestClassicGroupChat(Ag2Contract):
    """A group chat of the user's own."""

    target = f"{HERE}:group_chat"
    capabilities = ("group",)


class TestClassicPattern(Ag2Contract):
    """A pattern of the user's own."""

    options: ClassVar = {"max_rounds": 3}
    target = f"{HERE}:pattern"
    capabilities = ("group",)


class TestModern(Ag2Contract):
    """An agent of 1.x that options describe, with tools, one of which runs code."""

    __test__ = MODERN_IS_HERE
    options: ClassVar = {**MODERN, "tools": TOOLS, "code_execution_config": LOCAL_CODE}
    capabilities = ("tools", "code")

    def codes(self, code: str, then: str) -> Script:
        """It calls its tool."""
        return in_turn(call("run_code", {"code": code, "language": "python"}), then=self.says(then))


class TestModernExisting(Ag2Contract):
    """An agent of 1.x of the user's own."""

    __test__ = MODERN_IS_HERE
    options: ClassVar = MODERN
    target = f"{HERE}:modern_agent"
    capabilities = ("tools", "structured", "human")

    def asks(self, then: str) -> Script:
        """It calls its tool."""
        return self.uses("ask", {"what": "Which capital?"}, then)


class TestBeta(Ag2Contract):
    """An agent of `autogen.beta` of the user's own."""

    __test__ = has_modern()
    options: ClassVar = MODERN
    target = f"{HERE}:beta_agent"
    capabilities = ("tools",)


if MODERN_IS_HERE and find_spec("mcp") and find_spec("mcp_types"):  # AG2 1.x takes no older one

    class TestModernMcp(Ag2Contract):
        """An agent of 1.x of the user's own, with the tools of an MCP server."""

        options: ClassVar = MODERN
        target = f"{HERE}:mcp_agent"
        capabilities = ("mcp",)
