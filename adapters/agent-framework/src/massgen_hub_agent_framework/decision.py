"""Decisions: the tools `vote` and `answer`, and who of a workflow is given them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dis import get_instructions
from inspect import getclosurevars
from types import FunctionType
from typing import Any

from agent_framework import (
    AgentExecutor,
    AgentResponse,
    BaseAgent,
    FunctionalWorkflow,
    FunctionTool,
    RawAgent,
    StepWrapper,
    Workflow,
    WorkflowAgent,
    WorkflowExecutor,
)
from massgen_hub.contract import JSON, Reply
from massgen_hub.errors import ConfigError
from massgen_hub.kit import decided, decision_tools, voter_named

from .copying import of_framework

Flow = Workflow | FunctionalWorkflow
HANDOFF = "handoff_to_"


class Decision:
    """What one turn asks an agent to decide."""

    def __init__(self, schema: Mapping[str, JSON]) -> None:
        described = [tool["function"] for tool in decision_tools(schema)]
        self._tools = [FunctionTool(**_named(**function)) for function in described]
        self._names = {tool.name for tool in self._tools}

    def put_to(self, agent: RawAgent[Any], *, natively: bool) -> None:
        """Let an agent that is a copy decide and do nothing else: it hands nothing off, and has no form but the hub's.

        `natively`: it must call a tool, and the run ends with the decision, because the tools are only declared. Its
        own tools stay, but for those of the same name.
        """
        options = agent.default_options
        own = [tool for tool in options.pop("tools", ()) if not _name(tool).startswith(HANDOFF)]
        options.pop("response_format", None)
        if natively:
            own = [*self._tools, *(tool for tool in own if _name(tool) not in self._names)]
            options["tool_choice"] = "required"
        options["tools"] = own

    def made_in(self, response: AgentResponse[Any]) -> Reply | None:
        """The decision, of several calls in the order of the reply; None: none was made."""
        for message in reversed(response.messages):
            calls = [c for c in message.contents if c.type == "function_call" and c.name in self._names]
            if calls:
                return decided(message.text, [call.arguments for call in calls])
        return None


def _named(name: str, description: str, parameters: dict[str, JSON]) -> dict[str, Any]:
    return {"name": name, "description": description, "input_model": parameters}


def _name(tool: Any) -> str:
    return str(getattr(tool, "name", ""))


def voter(own: BaseAgent | Flow, name: str | None) -> RawAgent[Any] | None:
    """Who decides: the agent itself, of a workflow the one of this name, or the last in it; None: nobody in it can.

    Raises `ConfigError` where there is none of the name.
    """
    if not isinstance(own, Flow):
        if name is not None:
            raise ConfigError("`voter` has no effect on a single agent", hint="remove it")
        return own if isinstance(own, RawAgent) else None
    agents = list(_agents(own) if isinstance(own, Workflow) else _named_in(own._func))
    if name is None:
        return agents[-1] if agents else None
    return voter_named(name, {agent.name or agent.id: agent for agent in agents})


def _agents(workflow: Workflow) -> Iterator[RawAgent[Any]]:
    """The agents that take part in a workflow, in its order, and in those that it is made of."""
    for executor in workflow.executors.values():
        inner = executor.agent if isinstance(executor, AgentExecutor) else executor
        if isinstance(inner, RawAgent):
            yield inner
        elif isinstance(inner, (WorkflowAgent, WorkflowExecutor)):
            yield from _agents(inner.workflow)


def _named_in(function: Any) -> Iterator[RawAgent[Any]]:
    """The agents that a function names, in the order of its code, and those that the functions do which it names."""
    waiting, seen = [function], set[int]()
    while waiting:
        value = waiting.pop()
        if isinstance(value, RawAgent):
            yield value
        elif id(value) not in seen:
            seen.add(id(value))
            waiting.extend(reversed(_inside(value)))


def _inside(value: Any) -> list[Any]:
    if isinstance(value, StepWrapper):
        return [value._func]
    if isinstance(value, FunctionType) and not of_framework(value):
        held = getclosurevars(value)
        outside = {**held.globals, **held.nonlocals}
        named = [step.argval for step in get_instructions(value) if step.opname in ("LOAD_GLOBAL", "LOAD_DEREF")]
        return [outside[name] for name in dict.fromkeys(named) if name in outside]
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, (list, tuple)) else []
