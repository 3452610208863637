"""Takes the turns of the hub with an agent of Semantic Kernel."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

from massgen_hub.contract import Host, Reply, Turn
from massgen_hub.kit import decided, decision_tools, refuses_tools, unfinished
from semantic_kernel.agents import Agent, ChatCompletionAgent
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.exceptions import ServiceResponseException
from semantic_kernel.functions import KernelArguments

from .calling import CallFilter
from .options import SemanticKernelOptions
from .watching import Watch, watched


class HubAgent:
    """An agent of the hub. The user's stays as it is: every turn is one of a twin, in a thread of its own."""

    def __init__(self, agent: Agent, service: ChatCompletionClientBase | None, options: SemanticKernelOptions) -> None:
        self._agent, self._service, self._options = agent, service, options
        self._takes_tools = isinstance(agent, ChatCompletionAgent)

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn. Raises what the agent raises, and `TurnError` for one that only calls functions."""
        try:
            return await self._answered(turn, host)
        except ServiceResponseException as failure:  # which says less of it, in more words
            raise failure.__cause__ or failure from None

    async def _answered(self, turn: Turn, host: Host) -> Reply:
        if turn.schema is None:
            return await self._taken(Watch(host), turn, host)
        if self._takes_tools:
            watch = Watch(host, decision_tools(turn.schema))
            try:
                return await self._taken(watch, turn, host)
            except Exception as failure:
                if watch.replies or not refuses_tools(failure):
                    raise
        reply = await self._taken(Watch(host, []), turn, host)
        self._takes_tools = False
        return reply

    async def _taken(self, watch: Watch, turn: Turn, host: Host) -> Reply:
        calls = CallFilter(host, self._options.approve)
        agent = self._twin(watch, calls)
        async with aclosing(agent.invoke_stream(turn.prompt)) as items:
            async for item in items:
                watch.say(item.message.content or "")
        if watch.functions and not watch.decisions and calls.answer is None:
            raise unfinished(watch.replies, "max_auto_invoke_attempts")
        reply = decided(watch.text if calls.answer is None else calls.answer, watch.decisions)
        watch.speech.finish(reply.text)
        return reply

    def _twin(self, watch: Watch, calls: CallFilter) -> Any:
        kernel = self._agent.kernel
        services = {"default": self._service} if self._service else kernel.services
        lent = {name: _lent(service, watch) for name, service in services.items()}
        filters = [*kernel.auto_function_invocation_filters, (id(calls), calls)]  # the last is the outermost
        ours = kernel.model_copy(update={"services": lent, "auto_function_invocation_filters": filters})
        return self._agent.model_copy(update={"kernel": ours, "arguments": _copied(self._agent.arguments)})


def _lent(service: Any, watch: Watch) -> Any:
    return watched(service, watch) if isinstance(service, ChatCompletionClientBase) else service


def _copied(arguments: KernelArguments | None) -> KernelArguments | None:
    """A run writes into the settings."""
    if arguments is None:
        return None
    settings = {name: one.model_copy() for name, one in (arguments.execution_settings or {}).items()}
    return KernelArguments(settings=settings or None, **arguments)
