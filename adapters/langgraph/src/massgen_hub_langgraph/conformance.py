"""The promises of every adapter, for each kind of agent that this one opens."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypedDict

from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_openai import ChatOpenAI
from langgraph.graph import START, StateGraph
from massgen_hub.contract import Model
from massgen_hub.testing import ADD, FAIL, MCP_SERVER, AdapterContract, Script, call, in_turn, say
from massgen_hub.testing.desk import add

from . import ADAPTER

HERE = __name__
FRAMEWORK = ("langgraph", "langchain", "langchain_core", "langchain_openai", "langsmith", "openai", "mcp")


class TestFromOptions(AdapterContract):
    adapter = ADAPTER
    options: ClassVar = {"system_message": "Be brief.", "tools": [ADD, FAIL]}
    capabilities = ("tools",)
    framework_modules = FRAMEWORK


class TestWithAnMcpServer(AdapterContract):
    adapter = ADAPTER
    options: ClassVar = {"mcp_servers": [{"name": "desk", "command": MCP_SERVER[0], "args": list(MCP_SERVER[1:])}]}
    capabilities = ("mcp",)
    framework_modules = FRAMEWORK


class TestAGraphThatAsks(AdapterContract):
    adapter = ADAPTER
    target = f"{HERE}:careful"
    capabilities = ("human",)
    framework_modules = FRAMEWORK


class TestAGraphWithKeysOfItsOwn(AdapterContract):
    adapter = ADAPTER
    target = f"{HERE}:oracle"
    options: ClassVar = {"input": "question", "output": "answer"}
    framework_modules = FRAMEWORK


class TestAGraphReadByFunctions(AdapterContract):
    adapter = ADAPTER
    target = f"{HERE}:clerk"
    options: ClassVar = {"input": f"{HERE}:letter", "output": f"{HERE}:reply"}
    capabilities = ("structured",)
    framework_modules = FRAMEWORK


class TestAGraphWithOthersInside(AdapterContract):
    adapter = ADAPTER
    target = f"{HERE}:team"
    capabilities = ("group",)
    framework_modules = FRAMEWORK

    def discusses(self, first: str, last: str) -> Script:
        return in_turn(call("ask", {"question": "Where?"}), say(first), then=self.says(last))


class TestAFactoryThatTakesTools(AdapterContract):
    adapter = ADAPTER
    target = f"{HERE}:voter"
    framework_modules = FRAMEWORK


class TestAFactoryThatTakesAForm(AdapterContract):
    adapter = ADAPTER
    target = f"{HERE}:filler"
    framework_modules = FRAMEWORK


# Agents as users write them.


def chat(model: Model) -> ChatOpenAI:
    return ChatOpenAI(model=model.name, base_url=model.base_url, api_key=model.key, max_retries=0, stream_usage=True)


def careful(model: Model) -> Any:
    return create_agent(chat(model), tools=[add], middleware=[HumanInTheLoopMiddleware({"add": True})])


def voter(model: Model, tools: Sequence[Any] = ()) -> Any:
    return create_agent(chat(model), tools=[add, *tools])


def filler(model: Model, response_format: Any = None) -> Any:
    return create_agent(chat(model), tools=[add], response_format=response_format)


def team(model: Model) -> Any:
    helper = create_agent(chat(model), tools=[])

    async def ask(question: str) -> str:
        """Ask the helper."""
        state = await helper.ainvoke({"messages": [{"role": "user", "content": question}]})
        return str(state["messages"][-1].text)

    return create_agent(chat(model), tools=[ask])


class Question(TypedDict, total=False):
    question: str
    answer: str


def oracle(model: Model) -> Any:
    """A state without messages."""

    async def ask(state: Question) -> dict[str, Any]:
        return {"answer": (await chat(model).ainvoke(state["question"])).text}

    return StateGraph(Question).add_node("ask", ask).add_edge(START, "ask").compile()


@dataclass
class Desk:
    letter: dict[str, str]
    reply: Any = None


def clerk(model: Model) -> Any:
    """A state that is no mapping, with an answer that has a structure where it is JSON."""

    async def work(desk: Desk) -> dict[str, Any]:
        said = (await chat(model).ainvoke(desk.letter["body"])).text
        try:
            return {"reply": json.loads(said)}
        except ValueError:
            return {"reply": said}

    return StateGraph(Desk).add_node("work", work).add_edge(START, "work").compile()


def letter(prompt: str) -> dict[str, Any]:
    return {"letter": {"body": prompt}}


def reply(state: dict[str, Any]) -> Any:
    return state["reply"]
