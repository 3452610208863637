"""An agent of AgentScope as an agent of the hub."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

import httpx  # noqa: F401 - the clients of users' models break on one that another thread has half imported
from agentscope.agent import Agent
from agentscope.event import RequireExternalExecutionEvent, RequireUserConfirmEvent
from agentscope.message import Msg, ToolCallBlock, UserMsg
from agentscope.tool import Toolkit
from agentscope.types import ReplyFinishedReason
from massgen_hub.contract import Host, Reply, Setup, Turn, Usage
from massgen_hub.errors import TurnError
from massgen_hub.kit import as_json, decided, unfinished

from .ballotbox import Ballotbox
from .building import built
from .hearing import Hearing
from .limits import DECISION_ITERS, ROUNDS_TO_SETTLE
from .options import AgentScopeOptions, schema_of
from .questions import confirmed, executed
from .servers import connected
from .twins import twin

SECONDS_TO_END = 0.5
"""How long a cancelled reply may clean up, before it is cancelled again."""


@asynccontextmanager
async def opened(options: AgentScopeOptions, setup: Setup, own: Agent | None) -> AsyncIterator[AgentScopeAgent]:
    """The agent that the options describe, or the user's own, with its MCP servers connected."""
    async with built(options, setup, own) as agent, connected(agent.toolkit, setup.folder) as toolkit:
        yield AgentScopeAgent(agent, toolkit, options, policy=options.permissions or ("ask" if own else "allow"))
        for _ in range(ROUNDS_TO_SETTLE):
            await asyncio.sleep(0)


class AgentScopeAgent:
    """Takes each turn with a twin of the agent that has heard nothing yet."""

    def __init__(self, agent: Agent, toolkit: Toolkit, options: AgentScopeOptions, policy: str) -> None:
        self._agent, self._toolkit, self._policy = agent, toolkit, policy
        self._max_iters = options.max_iters or agent.react_config.max_iters
        self._schema = schema_of(options)
        self._refuses_tools = False

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn. Raises what AgentScope raises, and `TurnError` where it ends without an answer."""
        decides = turn.schema is not None
        max_iters = min(self._max_iters, DECISION_ITERS) if decides else self._max_iters
        ballotbox = Ballotbox(turn.schema, max_iters) if turn.schema and not self._refuses_tools else None
        agent = twin(self._agent, self._toolkit, turn.prompt, max_iters, ballotbox)
        run = _Run(agent, host, self._policy)
        message = await run.to_the_end(UserMsg("user", turn.prompt), None if decides else self._schema)
        self._refuses_tools |= ballotbox is not None and ballotbox.refused
        given = ballotbox.given if ballotbox else []
        if message.finished_reason == ReplyFinishedReason.EXCEED_MAX_ITERS and not given:
            run.insist_on_an_answer(max_iters)
        reply = decided(_text(message), given)
        run.hearing.speech.finish(reply.text)
        return reply


def _text(message: Msg) -> str:
    if message.structured_output is not None:
        return as_json(message.structured_output)
    return message.get_text_content("") or ""


class _Run:
    """One reply of an agent, over all that it stops for."""

    def __init__(self, agent: Agent, host: Host, policy: str) -> None:
        self.hearing = Hearing(host)
        self._agent, self._host, self._policy = agent, host, policy
        self._to_confirm: list[ToolCallBlock] = []
        self._to_execute: list[ToolCallBlock] = []

    async def to_the_end(self, given: Any, schema: Any) -> Msg:
        """Go on after every question; the last message."""
        while True:
            message = await self._to_a_pause(given, schema)
            reply = self._agent.state.reply_id
            if self._to_confirm:
                calls, self._to_confirm = self._to_confirm, []
                given = await confirmed(reply, calls, self._policy, self._host)
            elif self._to_execute:
                calls, self._to_execute = self._to_execute, []
                given = await executed(reply, calls, self._host)
            else:
                break
        if self._agent.state.summary:  # the calls that compressed the context were not told
            self._host.spend(Usage(calls=None))
        return message

    def insist_on_an_answer(self, max_iters: int) -> None:
        """Raise `TurnError` where the last message is none: AgentScope has words of its own for that."""
        if self._agent.state.reply_context.structured_schema:
            what = f"after {max_iters} replies the model had not answered in the form of its `structured_schema`"
            raise TurnError(what, hint="raise `max_iters`, or ask for something simpler")
        if self.hearing.silent:
            raise unfinished(max_iters, "max_iters")

    async def _to_a_pause(self, given: Any, schema: Any) -> Msg:
        """Until the agent has answered, or stops for something. A cancelled reply looks like an answer to AgentScope,
        and like one that nobody cancelled where a tool was.
        """
        task = asyncio.current_task()
        assert task is not None
        cancelled, message = task.cancelling(), None
        try:
            async with aclosing(self._agent.reply_stream(given, schema, yield_final_msg=True)) as events:
                async for event in events:
                    if task.cancelling() > cancelled:
                        await _ended(events)
                        raise asyncio.CancelledError
                    message = self._take(event) or message
        except asyncio.CancelledError as stopped:
            if task.cancelling() > cancelled:
                raise
            raise TurnError("the reply was cancelled from inside, by a tool or a middleware") from stopped
        except ExceptionGroup as failures:  # of tools that ran at the same time
            raise failures.exceptions[0] from failures
        if task.cancelling() > cancelled:
            raise asyncio.CancelledError
        if message is None:
            raise TurnError("the agent ended without a message", hint="a middleware must pass on the last one")
        return message

    def _take(self, event: Any) -> Msg | None:
        """The event, if it is the message at the end."""
        if isinstance(event, Msg):
            return event
        if isinstance(event, RequireUserConfirmEvent):
            self._to_confirm += event.tool_calls
        elif isinstance(event, RequireExternalExecutionEvent):
            self._to_execute += event.tool_calls
        else:
            self.hearing.hear(event)
        return None


async def _ended(events: AsyncIterator[Any]) -> None:
    """Let a cancelled reply come to its end, so that it leaves no task behind."""
    with suppress(TimeoutError, asyncio.CancelledError):
        async with asyncio.timeout(SECONDS_TO_END):
            async for _ in events:
                pass
