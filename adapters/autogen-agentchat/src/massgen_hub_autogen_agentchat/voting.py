"""Decisions: the one who votes is asked alone, with the tools `vote` and `answer`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autogen_agentchat.agents import AssistantAgent
from autogen_core.tools import BaseTool, StaticWorkbench
from massgen_hub.contract import JSON
from massgen_hub.kit import decision_tools

from .clients import LOOKUPS, Demanding
from .course import Course
from .tools import Described


class Ballot:
    """What one turn asks for."""

    def __init__(self, schema: Mapping[str, JSON]) -> None:
        self._tools: list[BaseTool[Any, Any]] = [
            Described(call=_recorded, **tool["function"]) for tool in decision_tools(schema)
        ]
        self.names = frozenset(tool.name for tool in self._tools)

    def given_to(self, voter: Any, course: Course) -> AssistantAgent:
        """Who decides: the copy of an assistant, or an assistant in the place of another agent with its model.

        It answers itself, in no form but the hub's, and may use its own tools before. It has the tools to decide with
        where the course may be ended with them.
        """
        agent: Any = voter if isinstance(voter, AssistantAgent) else _assistant_for(voter)
        if course.decisions:
            agent._model_client = Demanding(agent._model_client.users, course)
            agent._workbench = [StaticWorkbench(self._tools), *agent._workbench]
        agent._handoffs, agent._handoff_tools = {}, []
        agent._output_content_type = agent._structured_message_factory = None
        agent._max_tool_iterations, agent._reflect_on_tool_use = LOOKUPS + 1, not course.decisions
        return agent  # type: ignore[no-any-return]


def _assistant_for(voter: Any) -> AssistantAgent:
    assistant = AssistantAgent("voter", model_client=voter._model_client)
    assistant._system_messages = getattr(voter, "_system_messages", [])
    return assistant


async def _recorded(_arguments: Mapping[str, JSON]) -> str:
    return "recorded"
