"""An agent of AgentScope 1.x as an agent of the hub."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx  # noqa: F401 - the clients of users' models break on one that another thread has half imported
from agentscope.agent import AgentBase, ReActAgent, UserAgent
from agentscope.message import Msg
from massgen_hub.contract import Host, Reply, Setup, Turn
from massgen_hub.errors import ConfigError, TurnError
from massgen_hub.kit import as_json, decided, refuse_idle, unfinished

from ..limits import DECISION_ITERS, MAX_ITERS, ROUNDS_TO_SETTLE
from ..options import AgentScopeOptions, schema_of
from .ballotbox import Ballotbox
from .building import built
from .hearing import Hearing
from .twins import twin


@asynccontextmanager
async def opened(options: AgentScopeOptions, setup: Setup, own: AgentBase | None) -> AsyncIterator[AgentScopeAgent]:
    """The agent that the options describe, with its MCP servers connected, or the user's own."""
    if isinstance(own, UserAgent):
        raise ConfigError("a `UserAgent` waits for somebody at the terminal", hint="name an agent that has a model")
    if own is not None and not isinstance(own, ReActAgent):
        refuse_idle(options, {"permissions"}, existing=True)
    async with built(options, setup, own) as agent:
        yield AgentScopeAgent(agent, options)
        for _ in range(ROUNDS_TO_SETTLE):
            await asyncio.sleep(0)


class AgentScopeAgent:
    """Takes each turn with a twin of the agent that has heard nothing yet."""

    def __init__(self, agent: AgentBase, options: AgentScopeOptions) -> None:
        self._agent, self._policy = agent, options.permissions or "allow"
        self._max_iters = options.max_iters or getattr(agent, "max_iters", MAX_ITERS)
        self._schema = schema_of(options)
        self._refuses_tools = False

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn. Raises what AgentScope raises, and `TurnError` where it ends without an answer."""
        decides = turn.schema is not None
        max_iters = min(self._max_iters, DECISION_ITERS - 1) if decides else self._max_iters
        ballotbox = Ballotbox(turn.schema, DECISION_ITERS) if turn.schema and not self._refuses_tools else None
        hearing = Hearing(host, self._policy)
        agent = twin(self._agent, hearing, ballotbox)
        if isinstance(agent, ReActAgent):
            agent.max_iters = max_iters
        form = {} if decides or self._schema is None else {"structured_model": self._schema}
        message = await _replied(agent, Msg("user", turn.prompt, "user"), form)
        self._refuses_tools |= ballotbox is not None and ballotbox.refused
        reply = decided(_text(message, bool(form), max_iters), ballotbox.given if ballotbox else [])
        if not reply.text and reply.data is None and hearing.calls_tools:
            raise unfinished(max_iters, "max_iters")
        hearing.voices.finish(reply.text)
        return reply


async def _replied(agent: AgentBase, given: Msg, form: dict[str, Any]) -> Msg:
    """The agent's reply. Not by calling it: that makes an answer of a cancelled reply."""
    task = asyncio.current_task()
    assert task is not None
    cancelled = task.cancelling()
    try:
        message = await agent.reply(given, **form)
    except asyncio.CancelledError as stopped:
        if task.cancelling() > cancelled:
            raise
        raise TurnError("the reply was cancelled from inside, by a tool or a hook") from stopped
    if task.cancelling() > cancelled:
        raise asyncio.CancelledError
    if not isinstance(message, Msg):
        raise TurnError(f"the agent replied with a `{type(message).__name__}`", hint="`reply` must return a `Msg`")
    return message


def _text(message: Msg, in_form: bool, max_iters: int) -> str:
    if not in_form:
        return message.get_text_content() or ""
    if message.metadata is None:
        what = f"after {max_iters} replies the model had not answered in the form of its `structured_schema`"
        raise TurnError(what, hint="raise `max_iters`, or ask for something simpler")
    return as_json(message.metadata)
