"""Agents, tools and schemas of users, as they write them."""

from __future__ import annotations

import threading
from typing import Any

from agentscope.agent import Agent, ReActConfig
from agentscope.credential import OpenAICredential
from agentscope.middleware import MiddlewareBase
from agentscope.model import OpenAIChatModel
from agentscope.tool import FunctionTool, ToolBase, ToolGroup, Toolkit
from massgen_hub.contract import Model
from pydantic import BaseModel

number = 7
threads: list[str] = []
running: list[str] = []


def add(x: int, y: int) -> int:
    """Add two numbers.

    Args:
        x: the first
        y: the second
    """
    threads.append(threading.current_thread().name)
    return x + y


def alone() -> str:
    """Run alone."""
    running.append("in")
    threading.Event().wait(0.05)
    running.append("out")
    return "done"


async def later(x: int) -> int:
    """Give it back later."""
    return x


def fail(why: str) -> str:
    """Fail."""
    raise RuntimeError(why)


def vote(colour: str) -> str:
    """Vote for a colour."""
    return colour


class City(BaseModel):
    """A city."""

    name: str
    people: int


class Shout(ToolBase):
    """Says it loudly."""

    name = "shout"
    description = "Say it loudly."
    input_schema = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}  # noqa: RUF012
    is_concurrency_safe = True
    is_read_only = True

    async def check_permissions(self, tool_input: dict[str, Any], context: Any) -> Any:
        raise AssertionError("what only reads is not asked for")

    async def call(self, text: str) -> Any:
        return FunctionTool._convert_func_result_to_chunk(text.upper())


shout = Shout()
group = ToolGroup("maths", "Numbers.", tools=[FunctionTool(add)])
kit = Toolkit([Shout()], tool_groups=[group])


def chat(model: Model, **more: Any) -> OpenAIChatModel:
    """With AgentScope's own retries, and those of OpenAI's client."""
    return OpenAIChatModel(OpenAICredential(api_key=model.key, base_url=model.base_url), model.name, **more)


def adder(model: Model) -> Agent:
    """An agent with a tool that has to be permitted."""
    return Agent("adder", "Add.", chat(model), Toolkit([FunctionTool(add)]))


class Signed(Agent):
    """An agent of the user's own class, which is made with other arguments."""

    def __init__(self, model: Model, signature: str) -> None:
        super().__init__("signed", "Sign.", chat(model), middlewares=[Signature(), Witness()])
        self.signature = signature
        self.seen: list[str] = []


class Signature(MiddlewareBase):
    """Adds to the system prompt what the agent signs with."""

    async def on_system_prompt(self, agent: Any, current_prompt: str) -> str:
        return f"{current_prompt} {agent.signature}"


class Witness(MiddlewareBase):
    """Remembers how often the model was called."""

    def __init__(self) -> None:
        self.calls = 0

    async def on_model_call(self, agent: Any, input_kwargs: dict[str, Any], next_handler: Any) -> Any:
        self.calls += 1
        return await next_handler(**input_kwargs)


def signed(model: Model) -> Agent:
    """A factory."""
    return Signed(model, "Yours, A.")


def stubborn(model: Model) -> Agent:
    """An agent that may call tools twice."""
    return Agent("stubborn", "", chat(model), Toolkit([FunctionTool(add)]), react_config=ReActConfig(max_iters=2))
