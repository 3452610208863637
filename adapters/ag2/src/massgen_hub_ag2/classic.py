"""Agents, pairs and groups of classic AG2 (`import autogen`)."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from autogen import ConversableAgent, GroupChatManager, UserProxyAgent
from autogen.agentchat.group.patterns.pattern import Pattern
from autogen.code_utils import content_str
from autogen.io.base import IOStream
from massgen_hub.contract import Host, Reply, Setup, Turn
from massgen_hub.errors import ConfigError
from massgen_hub.kit import ThreadedHost, decided, decision_tools, in_thread, unfinished

from .classic_built import built
from .classic_chat import Chat, Orchestrated, Pair, Room, Solo, last_words, member
from .classic_copy import Copies
from .classic_io import TurnStream, quiet
from .classic_model import Models, llm_config
from .classic_turn import Dressing, check
from .options import Ag2Options
from .speech import without_ending


def opened(options: Ag2Options, setup: Setup, existing: Any) -> ClassicAgent:
    """The agent or group that the options describe, or the user's own, ready for turns."""
    quiet()
    target = built(options, setup) if existing is None else existing
    Copies(check).of(target)
    models = Models()
    if isinstance(target, ConversableAgent) and setup.model:
        models.lend(target, llm_config(setup.model, options.temperature, options.max_tokens))
    return ClassicAgent(_chat(target, options), models, options.voter)


def _chat(target: Any, options: Ag2Options) -> Chat:
    if isinstance(target, Pattern):
        return Orchestrated(target, options.max_rounds)
    if isinstance(target, GroupChatManager):
        return Room(target)
    if isinstance(target, ConversableAgent):
        return Solo(target, options.max_turns)
    if len(target) != 2 or not all(isinstance(one, ConversableAgent) for one in target):
        raise ConfigError("a pair is two agents of AG2", hint="the one that asks, then the one that answers")
    asking, answering = target
    if isinstance(answering, UserProxyAgent) and not isinstance(asking, UserProxyAgent):
        asking, answering = answering, asking
    return Pair(asking, answering, options.max_turns)


class ClassicAgent:
    """Takes each turn in a thread of its own, with copies of the agents that are dropped afterwards.

    `voter` speaks for a group: it casts the ballot, and where it said anything its last word is the answer.
    """

    def __init__(self, chat: Chat, models: Models, voter: str | None) -> None:
        self._chat, self._models = chat, models
        voters = [agent for agent in chat.members if models.client(agent)]
        self._speaker = member(voters, voter) if voter else None
        self._voter = self._speaker or next(iter(voters), None)

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn."""
        stream = TurnStream(ThreadedHost(host))
        take = self._decide if turn.schema and self._voter else self._talk
        try:
            return await in_thread(partial(_take, take, turn, stream, self._models), f"ag2 {turn.agent}")
        except asyncio.CancelledError:
            stream.stop()
            raise

    def _decide(self, turn: Turn, dressing: Dressing) -> Reply:
        """One call with the decisions as tools. No code is run, and no tool of the agent's own."""
        assert turn.schema is not None
        assert self._voter is not None
        messages = [{"role": "user", "content": turn.prompt}]
        with dressing as copies:
            voter = copies.of(self._voter)
            if self._chat.context is not None:
                voter.context_variables = copies.of(self._chat.context)
            voter.update_agent_state_before_reply(messages)
            _, said = voter.generate_oai_reply(
                messages,
                config=self._models.client(self._voter, bare=True),
                tools=decision_tools(turn.schema),
                tool_choice="required",
            )
        return _decision(said)

    def _talk(self, turn: Turn, dressing: Dressing) -> Reply:
        """A chat in which code may be run and tools be used, until nobody has more to do."""
        with dressing as copies:
            messages = asyncio.run(self._chat.hold(copies, turn.prompt))
        text = last_words(messages, [self._speaker.name]) if self._speaker else ""
        text = text or last_words(messages, [agent.name for agent in self._chat.members])
        if not text and messages[-1].get("tool_calls"):
            raise unfinished(*self._chat.bound)
        return Reply(text=text)


def _take(take: Any, turn: Turn, stream: TurnStream, models: Models) -> Reply:
    with IOStream.set_default(stream):
        reply: Reply = take(turn, Dressing(models, turn, stream))
    stream.speech.finish(reply.text)
    return reply


def _decision(said: Any) -> Reply:
    if isinstance(said, dict):
        calls = said.get("tool_calls") or []
        text = without_ending(content_str(said.get("content")))
        return decided(text, [call["function"]["arguments"] for call in calls])
    return Reply(text=without_ending(said or ""))
