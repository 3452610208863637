"""Twins of a user's agent, one for each turn: nothing that a turn does reaches the agent, nor another turn."""

from __future__ import annotations

from copy import copy
from math import ceil

from agentscope.agent import Agent
from agentscope.middleware import MiddlewareBase
from agentscope.model import ChatModelBase
from agentscope.state import AgentState
from agentscope.tool import FunctionTool, ToolBase, Toolkit
from massgen_hub.kit import asked_once

from .blocking import awaits, in_a_thread

BYTES_OF_A_TOKEN = 4
"""As AgentScope estimates them."""


def twin(agent: Agent, toolkit: Toolkit, prompt: str, max_iters: int, ballotbox: MiddlewareBase | None) -> Agent:
    """An agent like this one, whatever its class, that has heard nothing yet, with a copy of `toolkit`.

    `ballotbox` comes before its own middlewares. AgentScope's retries are off, and a cancelled reply ends as one. The
    prompt does not count against the context: AgentScope would compress it, and the model would not hear all of it.
    """
    room = ceil(len(prompt.encode()) / BYTES_OF_A_TOKEN / agent.context_config.trigger_ratio)
    model = _asked_once(agent.model)
    model.context_size += room
    fallback = agent.model_config.fallback_model
    made = copy(agent)
    Agent.__init__(
        made,
        agent.name,
        agent._system_prompt,
        model,
        toolkit=copied(toolkit),
        state=_fresh(agent.state),
        offloader=agent.offloader,
        model_config=agent.model_config.model_copy(
            update={"max_retries": 0, "fallback_model": fallback and _asked_once(fallback)}
        ),
        context_config=agent.context_config,
        react_config=agent.react_config.model_copy(
            update={"max_iters": max_iters, "interruption_raise_cancelled_error": True}
        ),
        # what is deprecated in it was moved to the context's config when the agent was made
        injection_config=agent.injection_config.model_copy(update={"context_buffer_ratio": None}),
    )
    for name, middlewares in vars(agent).items():
        if name.endswith("_middlewares"):
            setattr(made, name, list(middlewares))
    if ballotbox:
        made._model_call_middlewares.insert(0, ballotbox)
    return made


def _asked_once(model: ChatModelBase) -> ChatModelBase:
    """A copy that tries nothing again, over the same connections. Not all providers' clients retry by themselves."""
    made = copy(model)
    made.max_retries = 0
    if hasattr(made, "client"):
        made.client = asked_once(made.client)
    return made


def _fresh(state: AgentState) -> AgentState:
    """What the user permits, and the tools that are switched on; no word of any conversation."""
    switched_on = list(state.tool_context.activated_groups)
    return AgentState(
        permission_context=state.permission_context.model_copy(deep=True),
        tool_context=state.tool_context.model_copy(update={"read_file_cache": [], "activated_groups": switched_on}),
    )


def copied(toolkit: Toolkit) -> Toolkit:
    """The same tools, in a toolkit to which AgentScope may add others."""
    made = copy(toolkit)
    made.tool_groups = [copy(group) for group in toolkit.tool_groups]
    for group in made.tool_groups:
        group.tools, group.mcps = list(group.tools), list(group.mcps)
    return made


def unblocked(tool: ToolBase) -> ToolBase:
    """The tool, whose function runs in a thread if it would stop the event loop."""
    function = getattr(tool, "_func", None)
    if not isinstance(tool, FunctionTool) or function is None or awaits(function):
        return tool
    made = copy(tool)
    made._func = in_a_thread(function, tool.name)
    return made
