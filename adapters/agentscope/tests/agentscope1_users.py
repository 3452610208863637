"""Agents, tools and schemas of users of AgentScope 1.x, as they write them."""

from __future__ import annotations

import threading
from typing import Any

from agentscope.agent import AgentBase, ReActAgent
from agentscope.formatter import OpenAIChatFormatter, OpenAIMultiAgentFormatter
from agentscope.mcp import StdIOStatefulClient
from agentscope.memory import InMemoryMemory
from agentscope.message import Msg, TextBlock
from agentscope.model import OpenAIChatModel
from agentscope.pipeline import MsgHub, sequential_pipeline
from agentscope.tool import Toolkit, ToolResponse
from massgen_hub.contract import Model
from massgen_hub.testing import MCP_SERVER
from pydantic import BaseModel

number = 7
threads: list[str] = []


def add(x: int, y: int) -> int:
    """Add two numbers.

    Args:
        x: the first
        y: the second
    """
    return x + y


async def later(x: int) -> list[int]:
    """Give it back later."""
    return [x]


def plus(x: int, y: int) -> ToolResponse:
    """Add two numbers, in AgentScope's own form."""
    threads.append(threading.current_thread().name)
    return ToolResponse([TextBlock(type="text", text=str(x + y))])


class City(BaseModel):
    """A city."""

    name: str
    people: int


kit = Toolkit()
kit.create_tool_group("maths", "Numbers.", active=True)
kit.register_tool_function(plus, group_name="maths")


def chat(model: Model, **more: Any) -> OpenAIChatModel:
    """With the retries of OpenAI's client."""
    return OpenAIChatModel(model.name, api_key=model.key, client_kwargs={"base_url": model.base_url}, **more)


def agent(model: Model, **more: Any) -> ReActAgent:
    """One with a tool."""
    toolkit = Toolkit()
    toolkit.register_tool_function(plus)
    return ReActAgent(
        "adder", "Add.", chat(model), OpenAIChatFormatter(), **{"toolkit": toolkit, "memory": InMemoryMemory(), **more}
    )


class Relay(AgentBase):
    """An agent of the user's own class, which asks another."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.helper = agent(model)

    async def reply(self, msg: Msg) -> Msg:
        said = await self.helper(msg)
        return Msg("relay", f"It says: {said.get_text_content()}", "assistant")

    async def observe(self, msg: Any) -> None:
        await self.helper.observe(msg)


class Debate(AgentBase):
    """Several agents that hear each other, and a list of what was said."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        chats = chat(model)
        self.solvers = [
            ReActAgent(name, f"You are {name}.", chats, OpenAIMultiAgentFormatter()) for name in ("Al", "Bo")
        ]
        self.by_role = {"judge": self.solvers[0]}
        self.model, self.said = chats, []

    async def reply(self, msg: Msg) -> Msg:
        async with MsgHub(self.solvers, announcement=msg):
            said = await sequential_pipeline(self.solvers)
        self.said.append(said)
        return await self.by_role["judge"](Msg("user", "Who is right?", "user"))

    async def observe(self, msg: Any) -> None:
        """Hear nothing."""


connected: list[Any] = []


async def with_a_server(model: Model) -> ReActAgent:
    """One with the tools of an MCP server, which only a function that is `async` can connect."""
    client = StdIOStatefulClient("desk", MCP_SERVER[0], list(MCP_SERVER[1:]))
    await client.connect()
    connected.append(client)
    toolkit = Toolkit()
    await toolkit.register_mcp_client(client)
    return agent(model, toolkit=toolkit)
