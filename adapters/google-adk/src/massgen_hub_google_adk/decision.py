"""Decisions: an agent's twin that has the tools `vote` and `answer`, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from google.adk.agents import LlmAgent
from google.adk.events import Event
from google.genai import types
from massgen_hub.contract import JSON, Reply
from massgen_hub.kit import decided, decision_tools

from .members import model_of
from .model import UNREADABLE
from .tools import DeclaredTool

CALLED = frozenset({"single_turn", "task"})
"""The modes of agents below another that it calls as tools, and does not hand over to."""
OF_STATE = re.compile(r"(?<![${\\]){+\s*((?:app:|user:|temp:)?[^\W\d]\w*|artifact\.[^{}?]+?)\s*}+")
"""Where an instruction takes something in that ADK demands to be there."""
DEMAND = types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode=types.FunctionCallingConfigMode.ANY))


class Decision:
    """What one turn asks an agent to decide."""

    def __init__(self, schema: Mapping[str, JSON]) -> None:
        self._tools = [DeclaredTool(**tool["function"]) for tool in decision_tools(schema)]
        self.names = {tool.name for tool in self._tools}

    def twin(self, agent: LlmAgent, *, natively: bool) -> LlmAgent:
        """The agent, asked for a decision and nothing else: it answers itself, in no form but the hub's, and without
        what others of its group would have left for its instruction.

        `natively`: it must call a tool, and the run ends with the decision. Tools of its own stay, but for those of
        the same name.
        """
        others = [tool for tool in agent.tools if getattr(tool, "name", "") not in {*self.names, "finish_task"}]
        settings = agent.generate_content_config or types.GenerateContentConfig()
        changes: dict[str, Any] = {
            "model": model_of(agent),
            "instruction": _lenient(agent.instruction),
            "global_instruction": _lenient(agent.global_instruction),
            "mode": "chat",
            "output_schema": None,
            "sub_agents": [one.clone() for one in agent.sub_agents if getattr(one, "mode", None) in CALLED],
            "tools": [*self._tools, *others] if natively else others,
            "generate_content_config": settings.model_copy(update={"tool_config": DEMAND}) if natively else settings,
        }
        return agent.clone(update=changes)

    def made_in(self, events: Iterable[Event], voter: str) -> Reply | None:
        """The voter's decision, of several calls in the order of the reply; None: it made none."""
        for event in events:
            calls = [call.args or {} for call in event.get_function_calls() if call.name in self.names]
            if calls and event.author == voter:
                return decided(text_of(event), [args.get(UNREADABLE, args) for args in calls])
        return None


def _lenient(instruction: Any) -> Any:
    """An instruction that does without what is not in the state."""
    return OF_STATE.sub(r"{\1?}", instruction) if isinstance(instruction, str) else instruction


def text_of(event: Event) -> str:
    """What an event says aloud."""
    parts = (event.content.parts if event.content else None) or ()
    return "".join(part.text or "" for part in parts if not part.thought)
