"""What users write: tools, agents and workflows, as a config names them."""

from __future__ import annotations

from typing import Any

from agent_framework import Agent, tool
from agent_framework_openai import OpenAIChatCompletionClient
from agent_framework_orchestrations import SequentialBuilder


def add(x: int, y: int) -> int:
    """Add two numbers."""
    return x + y


@tool
def multiply(x: int, y: int) -> int:
    """Multiply two numbers."""
    return x * y


@tool(approval_mode="always_require")
def delete(path: str) -> str:
    """Delete a file."""
    return f"deleted {path}"


@tool(name="vote")
def own_vote(colour: str) -> str:
    """Vote for a colour."""
    return colour


number = 7


def client(server: Any, name: str = "m") -> OpenAIChatCompletionClient:
    """A client of a user's own, which tries again by default."""
    return OpenAIChatCompletionClient(name, base_url=server.base_url, api_key="own")


def an_agent(server: Any, name: str = "a", model: str = "m", **about: Any) -> Agent[Any]:
    return Agent(client(server, model), name=name, **about)


def team(server: Any, *names: str) -> list[Agent[Any]]:
    """Agents that each have a model of their own name."""
    return [an_agent(server, name, name) for name in names]


def sequence(server: Any, *names: str) -> Any:
    return SequentialBuilder(participants=team(server, *names)).build()
