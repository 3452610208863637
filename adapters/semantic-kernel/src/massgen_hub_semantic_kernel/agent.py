"""Takes the turns of the hub with an agent or a group of Semantic Kernel."""

from __future__ import annotations

from contextlib import aclosing

from massgen_hub.contract import Host, Reply, Turn
from massgen_hub.errors import ConfigError
from massgen_hub.kit import decided, decision_tools, refuses_tools, unfinished, voter_named
from semantic_kernel.agents import Agent, ChatCompletionAgent
from semantic_kernel.connectors.ai.chat_completion_client_base import ChatCompletionClientBase
from semantic_kernel.exceptions import (
    AgentChatException,
    AgentExecutionException,
    FunctionExecutionException,
    ServiceResponseException,
)

from .discussing import discussed
from .options import SemanticKernelOptions
from .twins import Group, Twins, members_of
from .watching import Watch

SAYING_LESS = (ServiceResponseException, AgentChatException, AgentExecutionException, FunctionExecutionException)
"""What the framework wraps a failure in, in more words."""


class HubAgent:
    """An agent of the hub. The user's stays as it is: every turn is one of a twin, in a thread of its own."""

    def __init__(
        self, own: Agent | Group, service: ChatCompletionClientBase | None, options: SemanticKernelOptions
    ) -> None:
        self._own, self._service, self._options = own, service, options
        self._voter = voter_of(own, options.voter)
        self._takes_tools = isinstance(self._voter, ChatCompletionAgent)

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn. Raises what the agent raises, and `TurnError` for one that only calls functions."""
        try:
            return await self._answered(turn, host)
        except SAYING_LESS as failure:
            raise _reason(failure) from None

    async def _answered(self, turn: Turn, host: Host) -> Reply:
        if turn.schema is None and not isinstance(self._own, Agent):
            twins = Twins(host, self._service, self._options)
            return Reply(text=await discussed(self._own, self._options.voter, turn.prompt, host, twins))
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
        agent, calls = Twins(host, self._service, self._options).agent(self._voter, watch)
        async with aclosing(agent.invoke_stream(turn.prompt)) as items:
            async for item in items:
                watch.say(item.message.content or "")
        if watch.functions and not watch.decisions and calls.answer is None:
            raise unfinished(watch.replies, "max_auto_invoke_attempts")
        reply = decided(watch.text if calls.answer is None else calls.answer, watch.decisions)
        watch.speech.finish(reply.text)
        return reply


def _reason(failure: BaseException) -> BaseException:
    while isinstance(failure, SAYING_LESS) and failure.__cause__:
        failure = failure.__cause__
    return failure


def voter_of(own: Agent | Group, name: str | None) -> Agent:
    """Who decides: the agent itself, of a group the member of this name, or the first one.

    Raises `ConfigError` where there is none of the name.
    """
    if name is None:
        return members_of(own)[0]
    if isinstance(own, Agent):
        raise ConfigError("`voter` has no effect on a single agent", hint="remove it")
    return voter_named(name, {member.name: member for member in members_of(own)})
