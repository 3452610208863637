"""Decisions: the tools `vote` and `answer` for an agent of CrewAI, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crewai import Agent
from crewai.tools import BaseTool
from crewai.utilities.agent_utils import extract_tool_call_info
from massgen_hub.contract import JSON, Reply
from massgen_hub.kit import as_json, decided, decision_tools

from .forms import form


class Decision:
    """What one turn asks an agent to decide."""

    def __init__(self, schema: Mapping[str, JSON]) -> None:
        self._tools = [_tool(**tool["function"]) for tool in decision_tools(schema)]
        self.names = {tool.name for tool in self._tools}
        self._made: list[JSON] = []

    def offered_to(self, agent: Agent) -> Agent:
        """The agent with the tools, in place of those of the same name."""
        own = (tool for tool in agent.tools or () if tool.name not in self.names)
        return agent.model_copy(update={"tools": [*own, *self._tools]})

    def heard(self, reply: Any) -> Any:
        """A model's reply for CrewAI: one with decisions in it ends the turn, before a tool is run."""
        calls = [extract_tool_call_info(call) for call in reply] if isinstance(reply, list) else []
        made = [arguments for _, name, arguments in filter(None, calls) if name in self.names]
        self._made.extend(made)
        return "decided" if made else reply

    def reply(self, text: str) -> Reply:
        """The decisions in their order, or the text of an agent that made none."""
        return decided("", self._made) if self._made else Reply(text=text)


class _DecisionTool(BaseTool):
    """A tool that a model of CrewAI's may also call in text, where its server refuses tools."""

    result_as_answer: bool = True

    def _run(self, **arguments: Any) -> str:
        return as_json(arguments)


def _tool(name: str, description: str, parameters: dict[str, JSON]) -> BaseTool:
    return _DecisionTool(name=name, description=description, args_schema=form(name, parameters))
