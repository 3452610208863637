"""Twins of agents and groups, one for each turn: turns do not mix, and the user's objects stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from inspect import getclosurevars
from types import MethodType
from typing import Any, TypeAlias

from massgen_hub.contract import Host
from semantic_kernel import Kernel
from semantic_kernel.agents import Agent, AgentGroupChat, ChatCompletionAgent
from semantic_kernel.agents.group_chat.broadcast_queue import BroadcastQueue
from semantic_kernel.agents.orchestration.group_chat import GroupChatManager
from semantic_kernel.agents.orchestration.magentic import MagenticManagerBase
from semantic_kernel.agents.orchestration.orchestration_base import OrchestrationBase
from semantic_kernel.agents.strategies import SelectionStrategy, TerminationStrategy
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.contents import ChatHistory
from semantic_kernel.functions import KernelArguments, KernelFunction, KernelPlugin

from .calling import CallFilter
from .options import SemanticKernelOptions
from .watching import Watch, watched

AS_FUNCTION = "_as_kernel_function"
Group: TypeAlias = AgentGroupChat | OrchestrationBase[Any, Any]
HOLDERS = (ChatHistory, GroupChatManager, MagenticManagerBase, SelectionStrategy, TerminationStrategy)
"""What may hold a model or a member, and changes in a turn."""
ANEW = {"broadcast_queue": BroadcastQueue, "agent_channels": dict, "channel_map": dict, "is_complete": bool}
"""What a group chat has to have of its own, as if nothing was said yet."""


def members_of(own: Agent | Group) -> list[Agent]:
    """The members of a group, or the one agent."""
    if isinstance(own, Agent):
        return [own]
    return own.agents if isinstance(own, AgentGroupChat) else own._members


def lacks_a_service(agent: Agent) -> bool:
    """Whether an agent has no model of its own, and needs one."""
    services = agent.kernel.services.values()
    return isinstance(agent, ChatCompletionAgent) and not any(
        isinstance(service, ChatCompletionClientBase) for service in services
    )


class Twins:
    """The twins of one turn. `service` is for agents without one."""

    def __init__(self, host: Host, service: ChatCompletionClientBase | None, options: SemanticKernelOptions) -> None:
        self._host, self._service, self._options = host, service, options
        self._made: dict[int, Any] = {}

    def agent(self, agent: Agent, watch: Watch) -> tuple[Any, CallFilter]:
        """An agent that is watched, and the filter of its calls."""
        calls = CallFilter(self._host, self._options.approve)
        kernel = self._kernel(agent.kernel, watch, self._service if lacks_a_service(agent) else None)
        filters = [*kernel.auto_function_invocation_filters, (id(calls), calls)]  # the last is the outermost
        kernel = kernel.model_copy(update={"auto_function_invocation_filters": filters})
        changes: dict[str, Any] = {"kernel": kernel, "arguments": _copied(agent.arguments)}
        if isinstance(agent, ChatCompletionAgent) and agent.service:  # which it gives its kernel again, at any change
            changes["service"] = watched(agent.service, watch)
        return agent.model_copy(update=changes), calls

    def group(self, group: Group, watch: Callable[[], Watch], human: Callable[..., Any]) -> Any:
        """A group whose members are watched, each by a watch of its own, and whose person is `human`."""
        for member in members_of(group):
            self._made[id(member)] = self.agent(member, watch())[0]
        twin = self._of(group)
        for asks in (twin, getattr(twin, "_manager", None)):
            for name in ("_human_response_function", "human_response_function"):
                if getattr(asks, name, None):
                    setattr(asks, name, human)
        return twin

    def _of(self, value: Any) -> Any:
        if type(value) in (list, tuple, set):
            return type(value)(map(self._of, value))
        if id(value) not in self._made:
            self._made[id(value)] = self._twin(value)
        return self._made[id(value)]

    def _twin(self, value: Any) -> Any:
        match value:
            case ChatCompletionClientBase():
                return watched(value, Watch(self._host))
            case Kernel():
                return self._kernel(value, Watch(self._host), None)
            case OrchestrationBase():
                return self._orchestration(value)
            case AgentGroupChat():
                return value.model_copy(update={**self._parts(value), **{name: new() for name, new in ANEW.items()}})
        return value.model_copy(update=self._parts(value)) if isinstance(value, HOLDERS) else value

    def _orchestration(self, value: OrchestrationBase[Any, Any]) -> Any:
        twin = object.__new__(type(value))
        for name, part in self._parts(value).items():
            is_method = isinstance(part, MethodType) and part.__self__ is value  # as are transforms that were not given
            vars(twin)[name] = MethodType(part.__func__, twin) if is_method else part
        return twin

    def _parts(self, value: Any) -> dict[str, Any]:
        return {name: self._of(held) for name, held in vars(value).items()}

    def _kernel(self, kernel: Kernel, watch: Watch, instead: ChatCompletionClientBase | None) -> Kernel:
        services = {"default": instead} if instead else kernel.services
        lent = {
            name: watched(service, watch) if isinstance(service, ChatCompletionClientBase) else service
            for name, service in services.items()
        }
        plugins = {name: self._plugin(plugin) for name, plugin in kernel.plugins.items()}
        return kernel.model_copy(update={"services": lent, "plugins": plugins})

    def _plugin(self, plugin: KernelPlugin) -> KernelPlugin:
        functions = {name: self._function(function) for name, function in plugin.functions.items()}
        return plugin.model_copy(update={"functions": functions})

    def _function(self, function: KernelFunction) -> KernelFunction:
        """An agent that is a plugin of another is watched, too."""
        method = getattr(function, "method", None)
        if getattr(method, "__name__", "") != AS_FUNCTION:
            return function
        agent = getclosurevars(method).nonlocals["self"]

        async def asked(**given: Any) -> Any:
            twin, _ = self.agent(agent, Watch(self._host))
            Agent.model_post_init(twin, None)  # makes the function that answers for it
            return await twin._as_kernel_function(**given)

        return function.model_copy(update={"method": asked})


def _copied(arguments: KernelArguments | None) -> KernelArguments | None:
    """A run writes into the settings."""
    if arguments is None:
        return None
    settings = {name: one.model_copy() for name, one in (arguments.execution_settings or {}).items()}
    return KernelArguments(settings=settings or None, **arguments)
