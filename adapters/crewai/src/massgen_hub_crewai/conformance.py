"""The promises of every adapter, for each kind of agent that this one opens."""

from __future__ import annotations

from typing import Any, ClassVar

from massgen_hub.contract import Model
from massgen_hub.testing import FAIL, MCP_SERVER, AdapterContract, Script, in_turn, say

from . import ADAPTER
from .quiet import send_nothing

send_nothing()  # before the import, because a flow is made below

from crewai import LLM, Agent, Crew, Flow, Task  # noqa: E402
from crewai.flow import listen, start  # noqa: E402

FRAMEWORK = ("crewai", "openai", "mcp")


class TestFromOptions(AdapterContract):
    """One of its tools is a function, the other that of a server."""

    adapter = ADAPTER
    options: ClassVar = {
        "system_message": "Be brief.",
        "tools": [FAIL],
        "mcp_servers": [{"name": "desk", "command": MCP_SERVER[0], "args": list(MCP_SERVER[1:])}],
    }
    capabilities = ("tools", "mcp")
    framework_modules = FRAMEWORK


class TestACrewOfOnesOwn(AdapterContract):
    adapter = ADAPTER
    target = "massgen_hub_crewai.conformance:crew"
    capabilities = ("group",)
    framework_modules = FRAMEWORK


class TestAnAgentOfOnesOwn(AdapterContract):
    adapter = ADAPTER
    target = "massgen_hub_crewai.conformance:geographer"
    framework_modules = FRAMEWORK


class TestAFlowOfOnesOwn(AdapterContract):
    adapter = ADAPTER
    target = "massgen_hub_crewai.conformance:Asking"
    capabilities = ("human",)
    framework_modules = FRAMEWORK

    def asks(self, then: str) -> Script:
        return in_turn(say("May I?"), then=self.says(then))


# Agents, crews and flows as users write them.


def _agent(role: str, llm: Any = None) -> Agent:
    return Agent(role=role, goal="Know every capital.", backstory="You have travelled far.", llm=llm)


def crew(model: Model) -> Crew:
    llm = LLM(model=f"openai/{model.name}", base_url=model.base_url, api_key=model.key)
    solver, critic = _agent("solver", llm), _agent("critic", llm)
    question = Task(description="Answer the question.", expected_output="An answer.", agent=solver)
    review = Task(description="Check the answer.", expected_output="A checked answer.", agent=critic)
    return Crew(agents=[solver, critic], tasks=[question, review])


geographer = _agent("geographer", "gpt-4o")


class Asking(Flow):
    """Lets an agent answer; what the agent asks, it asks a person."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.llm = LLM(model=f"openai/{model.name}", base_url=model.base_url, api_key=model.key)

    @start()
    async def answer(self) -> str:
        said = await _agent("geographer", self.llm).kickoff_async(self.state["prompt"])
        return said.raw

    @listen(answer)
    def ask(self, answer: str) -> str:
        if answer != "May I?":
            return answer
        return str(_agent("geographer", self.llm).kickoff(f"{self.state['prompt']}\n{self.ask_a_person()}").raw)

    def ask_a_person(self) -> str | None:
        return super().ask("May it?")
