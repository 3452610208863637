"""Agents, crews and flows for one turn: copies of the user's, which run once at a time and keep what they have done.

CrewAI's own `copy()` would lose an agent's MCP servers and apps, tell agents apart by their roles, and embed a crew's
knowledge once more.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from crewai import Agent, Crew, Flow, Task
from crewai.agents.agent_builder.utilities.base_token_process import TokenProcess
from crewai.agents.cache.cache_handler import CacheHandler
from crewai.agents.tools_handler import ToolsHandler
from crewai.memory.unified_memory import Memory
from crewai.tools import BaseTool

from .models import Models

F = TypeVar("F", bound=Flow[Any])


def agent_for_a_turn(agent: Agent, models: Models) -> Agent:
    """The agent with no memory, no crew and nothing done yet. CrewAI would try a failed task again: the hub does."""
    fresh = agent.model_copy(
        update={
            "llm": models.client(agent.llm),
            "tools": _tools(agent.tools),
            "memory": None,
            "crew": None,
            "agent_executor": None,
            "tools_handler": ToolsHandler(),
            "tools_results": [],
            "verbose": False,
            "max_retry_limit": 0,
        }
    )
    for text in ("role", "goal", "backstory"):
        setattr(fresh, text, getattr(agent, f"_original_{text}") or getattr(agent, text))
        setattr(fresh, f"_original_{text}", None)
    fresh._times_executed, fresh._tool_failures, fresh._last_messages = 0, [], []
    fresh._token_process, fresh._mcp_resolver = TokenProcess(), None
    if agent.cache_handler is not None:
        fresh.set_cache_handler(CacheHandler())
    return fresh


def crew_for_a_turn(crew: Crew, models: Models, folder: str | None) -> Crew:
    """The crew with agents and tasks of its own, in their order. Files go to the folder, or nowhere."""
    owners = [*crew.agents, *(task.agent for task in crew.tasks), crew.manager_agent]
    members = {name: agent_for_a_turn(agent, models) for name, agent in {id(one): one for one in owners if one}.items()}
    tasks: dict[int, Task] = {}
    for task in crew.tasks:
        tasks[id(task)] = _task(task, members, tasks, folder)
    fresh = crew.model_copy(
        update={
            "agents": [members[id(agent)] for agent in crew.agents],
            "tasks": list(tasks.values()),
            "manager_agent": members.get(id(crew.manager_agent)),
            "manager_llm": models.client(crew.manager_llm) if crew.manager_llm else None,
            "planning_llm": models.client(crew.planning_llm) if crew.planning else None,
            "memory": False,
            "stream": False,
            "verbose": False,
            "tracing": False,
            "output_log_file": None,
            "execution_logs": [],
        }
    )
    fresh._memory, fresh._inputs = None, None
    fresh._task_output_handler = _Unkept()
    return fresh


def _task(task: Task, members: dict[int, Agent], tasks: dict[int, Task], folder: str | None) -> Task:
    context = [tasks.get(id(one), one) for one in task.context] if isinstance(task.context, list) else task.context
    file = task._original_output_file or task.output_file
    fresh = task.model_copy(
        update={
            "agent": members.get(id(task.agent)),
            "context": context,
            "tools": _tools(task.tools),
            "description": task._original_description or task.description,
            "expected_output": task._original_expected_output or task.expected_output,
            "output_file": str(Path(folder, file)) if folder and file else None,
            "output": None,
            "retry_count": 0,
            "processed_by_agents": set(),
        }
    )
    fresh._original_description = fresh._original_expected_output = fresh._original_output_file = None
    fresh._guardrail_retry_counts = {}
    fresh.ensure_guardrail_is_callable()  # those that a model judges are made with the agent's model
    fresh.ensure_guardrails_is_list_of_callables()
    return fresh


def _tools(tools: Iterable[BaseTool] | None) -> list[BaseTool]:
    """The tools, with none of their uses counted."""
    fresh = [copy(tool) for tool in tools or ()]
    for tool in fresh:
        tool.reset_usage_count()
    return fresh


class _Unkept:
    """In place of the database in which CrewAI keeps what a crew's tasks gave last."""

    def reset(self) -> None: ...
    def update(self, task_index: int, log: dict[str, Any]) -> None: ...


def flow_for_a_turn(flow: F) -> F:
    """The flow at its beginning, with what the user gave it. What its steps remember, they remember in this turn."""
    fresh = flow.model_copy(update={"stream": False, "tracing": False, "human_feedback_history": []})
    if isinstance(flow.memory, Memory):
        fresh.memory = flow.memory.model_copy(update={"root_scope": f"{flow.memory.root_scope or ''}/{uuid4().hex}"})
    object.__setattr__(fresh, "__pydantic_private__", None)
    object.__setattr__(fresh, "_flow_post_init_done", False)
    fresh.model_post_init({"flow_definition": flow._definition} if type(flow) is Flow else None)  # one from a file
    return fresh
