"""The promises of every adapter, for each kind of agent that this one opens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from massgen_hub.contract import JSON, Model
from massgen_hub.testing import ADD, FAIL, MCP_SERVER, AdapterContract, Script, call, calls, in_turn, say
from massgen_hub.testing.desk import add
from smolagents import CodeAgent, OpenAIModel, ToolCallingAgent, tool

from . import adapter as smolagents_adapter

HERE = __name__


class CallingContract(AdapterContract):
    """Agents that call tools, of which `final_answer` ends a run."""

    adapter = smolagents_adapter
    framework_modules = ("smolagents", "openai", "rich.live", "mcp")

    def decides(self, *decisions: Mapping[str, JSON]) -> Script:
        return lambda _body: calls(*(("final_answer", decision) for decision in decisions))


class CodingContract(CallingContract):
    """Agents that write code."""

    capabilities = ("code",)

    def says(self, text: str) -> Script:
        return lambda _body: coded(f"final_answer({text!r})")

    def decides(self, *decisions: Mapping[str, JSON]) -> Script:
        return lambda _body: coded("\n".join(f"final_answer(**{decision!r})" for decision in decisions))

    def codes(self, code: str, then: str) -> Script:
        return in_turn(coded(code), then=self.says(then))


class TestFromOptions(CallingContract):
    options: ClassVar = {"system_message": "Be brief.", "tools": [ADD, FAIL]}
    capabilities = ("tools",)


class TestWithShortPrompts(CallingContract):
    options: ClassVar = {"prompts": "short"}


class TestWithAnMcpServer(CallingContract):
    options: ClassVar = {"mcp_servers": [{"name": "desk", "command": MCP_SERVER[0], "args": list(MCP_SERVER[1:])}]}
    capabilities = ("mcp",)


class TestThatWritesCode(CodingContract):
    options: ClassVar = {"kind": "code", "prompts": "short"}


class TestThatManagesAnother(CallingContract):
    options: ClassVar = {
        "managed_agents": [{"name": "helper", "description": "Knows.", "kind": "code", "prompts": "short"}]
    }
    capabilities = ("group",)

    def discusses(self, first: str, last: str) -> Script:
        return in_turn(call("helper", {"task": "Where?"}), coded(f"final_answer({first!r})"), then=self.says(last))


class TestOfOnesOwn(CallingContract):
    target = f"{HERE}:assistant"
    capabilities = ("structured",)

    def says(self, text: str) -> Script:
        return lambda _body: call("final_answer", {"answer": structure(text)})


class TestOfOnesOwnThatWritesCode(CodingContract):
    target = f"{HERE}:coder"


class TestOfOnesOwnThatManagesAnother(CallingContract):
    target = f"{HERE}:team"


def coded(code: str) -> Any:
    return say(f"Thought: easy.\n<code>\n{code}\n</code>")


def structure(text: str) -> JSON:
    try:
        return json.loads(text)
    except ValueError:
        return text


# Agents as users write them.


def chat(model: Model) -> OpenAIModel:
    client = {"max_retries": 0}
    return OpenAIModel(model.name, api_base=model.base_url, api_key=model.key, retry=False, client_kwargs=client)


def used(agent: Any) -> Any:
    """As it is after its first run: from then on its tools are set up, and its client remembers its parts."""
    for each in agent.tools.values():
        each.setup()
    assert agent.model.client.chat.completions
    return agent


def assistant(model: Model) -> Any:
    return used(ToolCallingAgent(tools=[tool(add)], model=chat(model)))


def coder(model: Model) -> Any:
    return used(CodeAgent(tools=[tool(add)], model=chat(model), additional_authorized_imports=["json"]))


def team(model: Model) -> Any:
    helper = used(CodeAgent(tools=[], model=chat(model), name="helper", description="Knows."))
    return used(ToolCallingAgent(tools=[], model=chat(model), managed_agents=[helper]))
