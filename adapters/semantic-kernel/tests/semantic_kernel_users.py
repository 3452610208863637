"""What users write: functions, plugins and agents, as a config names them."""

from __future__ import annotations

from typing import Any

from massgen_hub.contract import Model
from openai import AsyncOpenAI
from semantic_kernel.agents import ChatCompletionAgent
from semantic_kernel.connectors.ai.open_ai import OpenAIChatCompletion
from semantic_kernel.functions import KernelFunctionFromMethod, kernel_function


def add(x: int, y: int) -> int:
    """Add two numbers."""
    return x + y


async def divide() -> float:
    """Divide one by zero."""
    return 1 / 0


class Desk:
    """A plugin."""

    @kernel_function
    def delete(self, path: str) -> str:
        """Delete a file."""
        return f"deleted {path}"


desk = Desk()
number = 7
delete = KernelFunctionFromMethod(desk.delete)


def own(model: Model, **about: Any) -> ChatCompletionAgent:
    """An agent with a client of its own, which tries again by itself."""
    client = AsyncOpenAI(base_url=model.base_url, api_key=model.key)
    service = OpenAIChatCompletion(ai_model_id="theirs", async_client=client)
    return ChatCompletionAgent(service=service, name="own", **about)


def factory(model: Model) -> ChatCompletionAgent:
    """A factory of one."""
    return own(model)


def service(server: Any, name: str) -> OpenAIChatCompletion:
    """A service with a client of the user's own, which tries again by itself."""
    return OpenAIChatCompletion(ai_model_id=name, async_client=AsyncOpenAI(base_url=server.base_url, api_key="own"))


def member(server: Any, name: str, **about: Any) -> ChatCompletionAgent:
    """An agent with a model of its own name."""
    return ChatCompletionAgent(service=service(server, name), name=name, description=f"the {name}", **about)
