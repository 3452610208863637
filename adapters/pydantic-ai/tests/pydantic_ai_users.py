"""What users write: tools, agents and what belongs to them, as a config names them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from massgen_hub.contract import Model
from openai import AsyncOpenAI
from pydantic import BaseModel
from pydantic_ai import Agent, FunctionToolset, RunContext, Tool
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider


def add(x: int, y: int) -> int:
    """Add two numbers."""
    return x + y


def divide() -> float:
    """Divide one by zero."""
    return 1 / 0


def vote(colour: str) -> str:
    """Vote for a colour."""
    return colour


def delete(path: str) -> str:
    """Delete a file."""
    return f"deleted {path}"


careful = Tool(delete, requires_approval=True)
number = 7
desk = FunctionToolset[Any]([add])


def desk_of(_context: RunContext[Any]) -> FunctionToolset[Any]:
    """A toolset for one run."""
    return desk


class City(BaseModel):
    """An output that is no text."""

    name: str
    people: int


@dataclass
class Papers:
    """What a tool depends on."""

    taken: int = 0


pile = Papers()
opened: list[str] = []


async def awaited_pile() -> Papers:
    """A pile for one turn, which takes a moment."""
    return Papers()


@asynccontextmanager
async def opened_pile() -> AsyncIterator[Papers]:
    """A pile that has to be closed."""
    opened.append("opened")
    yield Papers()
    opened.append("closed")


def no_pile() -> Papers:
    """A pile that cannot be made."""
    raise KeyError("PILE")


def take_paper(context: RunContext[Papers]) -> int:
    """Take a paper; how many are taken by now."""
    context.deps.taken += 1
    return context.deps.taken


def own_model(model: Model, name: str = "theirs") -> OpenAIChatModel:
    """A model of the user's, whose client tries again by itself."""
    client = AsyncOpenAI(base_url=model.base_url, api_key=model.key)
    return OpenAIChatModel(name, provider=OpenAIProvider(openai_client=client))


def own(model: Model) -> Agent[Any, str]:
    """A factory of an agent with a model of its own."""
    return Agent(own_model(model))
