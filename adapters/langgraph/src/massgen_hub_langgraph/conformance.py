"""The promises of every adapter, for each kind of agent that this one opens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypedDict

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_openai import ChatOpenAI
from langgraph.graph import START, StateGraph
from massgen_hub.contract import Model, Setup
from massgen_hub.targets import resolve
from massgen_hub.testing import AdapterContract, ModelServer

from . import ADAPTER

HERE = __name__


class LangGraphContract(AdapterContract):
    """`target` names what the agent is, where it is not made from options."""

    adapter = ADAPTER
    framework_modules = ("langgraph", "langchain", "langchain_core", "langchain_openai", "langsmith", "openai")
    target: ClassVar[str] = ""

    def setup(self, server: ModelServer, model: str, agent: str) -> Setup:
        """What the agent is opened with."""
        return replace(super().setup(server, model, agent), target=resolve(self.target) if self.target else None)


class TestAnAgentMadeFromOptions(LangGraphContract):
    options: ClassVar = {"system_message": "Be brief."}


class TestAnAgentWithTools(LangGraphContract):
    options: ClassVar = {"tools": [f"{HERE}:add"]}


class TestAGraphOfTheUser(LangGraphContract):
    target = f"{HERE}:assistant"


class TestAGraphWithKeysOfItsOwn(LangGraphContract):
    target = f"{HERE}:oracle"
    options: ClassVar = {"input": "question", "output": "answer"}


class TestAGraphReadByFunctions(LangGraphContract):
    target = f"{HERE}:clerk"
    options: ClassVar = {"input": f"{HERE}:letter", "output": f"{HERE}:reply"}


class TestAFactoryThatTakesTools(LangGraphContract):
    target = f"{HERE}:voter"


class TestAFactoryThatTakesAForm(LangGraphContract):
    target = f"{HERE}:filler"


class TestAGraphThatAsks(LangGraphContract):
    target = f"{HERE}:careful"


# Agents as users write them.


def add(x: int, y: int) -> int:
    """Add two numbers."""
    return x + y


def _chat(model: Model) -> ChatOpenAI:
    return ChatOpenAI(model=model.name, base_url=model.base_url, api_key=model.key, max_retries=0, stream_usage=True)


def assistant(model: Model) -> Any:
    """A conversation with a tool."""
    return create_agent(_chat(model), tools=[add])


def voter(model: Model, tools: list[Any]) -> Any:
    """The same, which can be given more tools."""
    return create_agent(_chat(model), tools=[add, *tools])


def filler(model: Model, response_format: Any) -> Any:
    """The same, which can be given a form to fill."""
    return create_agent(_chat(model), tools=[add], response_format=response_format)


def careful(model: Model) -> Any:
    """The same, which asks a person before it uses its tool."""
    return create_agent(_chat(model), tools=[add], middleware=[HumanInTheLoopMiddleware({"add": True})])


class Question(TypedDict, total=False):
    """A state without messages."""

    question: str
    answer: str


def oracle(model: Model) -> Any:
    """A graph of one node."""
    chat = _chat(model)

    async def ask(state: Question) -> dict[str, Any]:
        return {"answer": (await chat.ainvoke(state["question"])).text}

    return StateGraph(Question).add_node("ask", ask).add_edge(START, "ask").compile()


@dataclass
class Desk:
    """A state that is no dictionary."""

    letter: dict[str, str]
    reply: dict[str, str] | None = None


def clerk(model: Model) -> Any:
    """A graph whose input and output have a structure of their own."""
    chat = _chat(model)

    async def work(desk: Desk) -> dict[str, Any]:
        return {"reply": {"body": (await chat.ainvoke(desk.letter["body"])).text}}

    return StateGraph(Desk).add_node("work", work).add_edge(START, "work").compile()


def letter(prompt: str) -> dict[str, Any]:
    """The clerk's input."""
    return {"letter": {"body": prompt}}


def reply(state: dict[str, Any]) -> str:
    """The clerk's answer."""
    return state["reply"]["body"]
