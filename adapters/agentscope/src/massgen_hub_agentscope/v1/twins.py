"""Twins of a user's agent, one for each turn: nothing that a turn does reaches the agent, nor another turn."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from copy import copy, deepcopy
from dataclasses import replace
from typing import Any

from agentscope.agent import AgentBase
from agentscope.memory import InMemoryMemory, MemoryBase
from agentscope.model import ChatModelBase
from agentscope.plan import PlanNotebook
from agentscope.tool import Toolkit

from ..blocking import awaits, in_a_thread
from .ballotbox import Ballotbox
from .hearing import Hearing
from .models import HeardModel

OF_ONES_OWN = {"_disable_console_output": True, "_disable_msg_queue": True, "msg_queue": None, "_reply_task": None}


def twin(agent: AgentBase, hearing: Hearing, ballotbox: Ballotbox | None = None) -> AgentBase:
    """An agent like this one, whatever its class, that has heard nothing yet and prints nothing.

    Copied are its models, toolkits, plans and hooks, and agents that it holds as attributes; its memory is a new one.
    Whoever listens to it in a `MsgHub` does not hear the twin. Its `model` alone is offered the `ballotbox`. It does
    not compress its memory: the model would not hear all of the prompt.
    """
    made = copy(agent)
    vars(made).update(OF_ONES_OWN, _module_dict=OrderedDict(agent._module_dict), _stream_prefix={}, _subscribers={})
    twins: dict[int, Any] = {id(agent): made}
    for name, value in vars(agent).items():
        if name.startswith("_instance_"):
            setattr(made, name, copy(value))
        elif (fresh := _fresh(value, hearing, ballotbox if name == "model" else None)) is not value:
            setattr(made, name, fresh)
            twins[id(value)] = fresh
    for toolkit in (value for value in twins.values() if isinstance(value, Toolkit)):
        toolkit.tools = {name: _bound(tool, twins) for name, tool in toolkit.tools.items()}
    if hasattr(made, "compression_config"):
        made.compression_config = None
    return made


def _fresh(value: Any, hearing: Hearing, ballotbox: Ballotbox | None) -> Any:
    """In place of what an agent holds."""
    if isinstance(value, ChatModelBase):
        return HeardModel(value, hearing, ballotbox)
    if isinstance(value, Toolkit):
        return _copied(value, hearing)
    if isinstance(value, MemoryBase):
        return InMemoryMemory()
    if isinstance(value, PlanNotebook):
        return deepcopy(value)
    return twin(value, hearing) if isinstance(value, AgentBase) else value


def _copied(toolkit: Toolkit, hearing: Hearing) -> Toolkit:
    """The same tools, in a toolkit to which AgentScope may add others, and which is heard."""
    made = copy(toolkit)
    vars(made).update(_async_tasks={}, _async_results={}, _middlewares=[hearing.around_tools, *toolkit._middlewares])
    made.groups = {name: copy(group) for name, group in toolkit.groups.items()}
    return made


def _bound(tool: Any, twins: Mapping[int, Any]) -> Any:
    """A tool that is a method of something with a twin is that of the twin. None stops the event loop."""
    function = tool.original_func
    owner = twins.get(id(getattr(function, "__self__", None)))
    if owner is not None:
        function = function.__func__.__get__(owner)
    if not awaits(function):
        function = in_a_thread(function, tool.name)
    return replace(tool, original_func=function)
