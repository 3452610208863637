"""Twins of a user's agent, one for each turn: nothing that a turn does reaches the agent, nor another turn."""

from __future__ import annotations

from collections import OrderedDict
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
OF_NO_TWIN = {*OF_ONES_OWN, "_module_dict", "_stream_prefix", "_subscribers"}
"""What a twin has of its own, and what it does not hear."""


def twin(agent: AgentBase, hearing: Hearing, ballotbox: Ballotbox | None = None) -> AgentBase:
    """An agent like this one, whatever its class, that has heard nothing yet and prints nothing.

    Copied are its models, toolkits, plans and hooks, lists and mappings, and the agents that it holds, also in these;
    its memory is a new one. Whoever listens to it in a `MsgHub` does not hear the twin. Its `model` alone is offered
    the `ballotbox`. It does not compress its memory: the model would not hear all of the prompt.
    """
    return _Family(hearing).twin(agent, ballotbox)


class _Family:
    """Agents and what they hold, each copied once."""

    def __init__(self, hearing: Hearing) -> None:
        self._hearing = hearing
        self._made: dict[int, tuple[Any, Any]] = {}

    def twin(self, agent: AgentBase, ballotbox: Ballotbox | None = None) -> AgentBase:
        made = self._use(agent, copy(agent))
        vars(made).update(OF_ONES_OWN, _module_dict=OrderedDict(agent._module_dict), _stream_prefix={}, _subscribers={})
        for name, value in vars(agent).items():
            if name.startswith("_instance_"):
                setattr(made, name, copy(value))
            elif name not in OF_NO_TWIN:
                setattr(made, name, self._fresh(value, ballotbox if name == "model" else None))
        for toolkit in (value for value in vars(made).values() if isinstance(value, Toolkit)):
            toolkit.tools = {name: self._bound(tool) for name, tool in toolkit.tools.items()}
        if hasattr(made, "compression_config"):
            made.compression_config = None
        return made

    def _use(self, original: Any, made: Any) -> Any:
        self._made[id(original)] = (original, made)
        return made

    def _fresh(self, value: Any, ballotbox: Ballotbox | None = None) -> Any:
        """In place of what an agent holds. A model that several hold is heard for each of them."""
        if isinstance(value, ChatModelBase):
            return HeardModel(value, self._hearing, ballotbox)
        if id(value) in self._made:
            return self._made[id(value)][1]
        if isinstance(value, AgentBase):
            return self.twin(value)
        if isinstance(value, Toolkit):
            return self._use(value, _copied(value, self._hearing))
        if isinstance(value, MemoryBase):
            return self._use(value, InMemoryMemory())
        if isinstance(value, PlanNotebook):
            return self._use(value, deepcopy(value))
        return self._container(value) if type(value) in (list, tuple, dict) else value

    def _container(self, value: Any) -> Any:
        """Another list, tuple or mapping, in which all is fresh."""
        if isinstance(value, dict):
            made = self._use(value, {})
            made.update({name: self._fresh(one) for name, one in value.items()})
        elif isinstance(value, tuple):
            made = self._use(value, tuple(self._fresh(one) for one in value))
        else:
            made = self._use(value, [])
            made.extend(self._fresh(one) for one in value)
        return made

    def _bound(self, tool: Any) -> Any:
        """A tool that is a method of something with a twin is that of the twin. None stops the event loop."""
        function = tool.original_func
        _, owner = self._made.get(id(getattr(function, "__self__", None)), (None, None))
        if owner is not None:
            function = function.__func__.__get__(owner)
        if not awaits(function):
            function = in_a_thread(function, tool.name)
        return replace(tool, original_func=function)


def _copied(toolkit: Toolkit, hearing: Hearing) -> Toolkit:
    """The same tools, in a toolkit to which AgentScope may add others, and which is heard."""
    made = copy(toolkit)
    vars(made).update(_async_tasks={}, _async_results={}, _middlewares=[hearing.around_tools, *toolkit._middlewares])
    made.groups = {name: copy(group) for name, group in toolkit.groups.items()}
    return made
