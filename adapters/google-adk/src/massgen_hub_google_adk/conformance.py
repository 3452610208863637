"""The promises of every adapter, for each kind of agent that this one opens."""

from __future__ import annotations

from typing import ClassVar

from google.adk.agents import LlmAgent
from google.adk.apps import App
from google.adk.tools import FunctionTool
from google.adk.workflow import START, Workflow
from massgen_hub.testing import ADD, FAIL, MCP_SERVER, AdapterContract, Script, calls, in_turn
from massgen_hub.testing.desk import add

from . import ADAPTER

FRAMEWORK = ("google.adk", "google.genai", "mcp")


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


class TestOfOnesOwn(AdapterContract):
    adapter = ADAPTER
    target = "massgen_hub_google_adk.conformance:assistant"
    capabilities = ("human", "structured")
    framework_modules = FRAMEWORK


class TestHandingOver(AdapterContract):
    adapter = ADAPTER
    target = "massgen_hub_google_adk.conformance:front"
    capabilities = ("group",)
    framework_modules = FRAMEWORK

    def discusses(self, first: str, last: str) -> Script:
        return in_turn(calls(("transfer_to_agent", {"agent_name": "expert"}), text=first), then=self.says(last))


class TestAWorkflow(AdapterContract):
    adapter = ADAPTER
    target = "massgen_hub_google_adk.conformance:newsroom"
    capabilities = ("group",)
    framework_modules = FRAMEWORK


# Agents as users write them.

assistant = LlmAgent(
    name="assistant",
    model="gemini-3.5-flash",
    tools=[FunctionTool(add, require_confirmation=True)],
    output_schema={"type": "object"},
)
front = LlmAgent(name="front", sub_agents=[LlmAgent(name="expert", description="Knows.")])


def newsroom() -> App:
    writer, editor = (LlmAgent(name=name, instruction="Be brief.") for name in ("writer", "editor"))
    return App(name="newsroom", root_agent=Workflow(name="flow", edges=[(START, writer, editor)]))
