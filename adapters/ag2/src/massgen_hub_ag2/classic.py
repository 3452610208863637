"""Agents of classic AG2 (`import autogen`)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from autogen import AssistantAgent, ConversableAgent
from autogen.code_utils import content_str
from autogen.coding import CodeExecutor, MarkdownCodeExtractor
from autogen.io.base import IOStream
from massgen_hub.contract import Host, Reply, Setup, Turn
from massgen_hub.errors import ConfigError
from massgen_hub.kit import ThreadedHost, decided, decision_tools, in_thread, models_of, own_code, unfinished
from massgen_hub.targets import resolve

from . import executors
from .classic_chat import last_words, partner, view
from .classic_io import TurnStream, quiet
from .classic_model import clients, llm_config
from .executors import OwnCode
from .options import Ag2Options
from .speech import without_ending

KINDS = {"assistant": AssistantAgent, "conversable": ConversableAgent}


def opened(options: Ag2Options, setup: Setup, existing: ConversableAgent | None) -> ClassicAgent:
    """The agent that the options describe, or the user's own, ready for turns."""
    quiet()
    if existing is not None and existing._code_execution_config and existing.code_executor is None:
        raise ConfigError(
            f"agent `{setup.agent}` runs code without an executor of its own",
            hint='give it `code_execution_config={"executor": LocalCommandLineCodeExecutor(...)}`',
        )
    if options.executor is not None:
        executors.check(options.executor)
    return ClassicAgent(existing or _built(options, setup), options, setup)


def _built(options: Ag2Options, setup: Setup) -> ConversableAgent:
    told = options.model_dump(
        include={"system_message", "description", "max_consecutive_auto_reply", "human_input_mode"},
        exclude_none=True,
    )
    name = options.name or re.sub(r"[^a-zA-Z0-9_-]", "_", setup.agent)[:64]
    agent: ConversableAgent = KINDS[options.kind](name, llm_config=llm_config(models_of(setup), options), **told)
    for tool in map(resolve, options.tools):
        agent.register_for_llm(name=tool.__name__, description=tool.__doc__ or tool.__name__)(tool)
    return agent


class ClassicAgent:
    """Takes each turn in a thread of its own, with a view of the agent that is dropped afterwards."""

    def __init__(self, agent: ConversableAgent, options: Ag2Options, setup: Setup) -> None:
        config = agent.llm_config or (llm_config(setup.model, options) if setup.model else None)
        self._agent, self._options = agent, options
        self._talking, self._deciding = clients(agent, config)

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn."""
        stream = TurnStream(ThreadedHost(host))
        take = self._decide if turn.schema and self._deciding else self._talk
        try:
            return await in_thread(partial(_take, take, turn, stream), f"ag2 {turn.agent}")
        except asyncio.CancelledError:
            stream.stop()
            raise

    def _decide(self, turn: Turn, _stream: TurnStream) -> Reply:
        """One call with the decisions as tools. No code is run, and no tool of the agent's own."""
        assert turn.schema is not None
        messages = [{"role": "user", "content": turn.prompt}]
        voter = view(self._agent, self._deciding)
        voter.update_agent_state_before_reply(messages)
        _, said = voter.generate_oai_reply(
            messages, config=self._deciding, tools=decision_tools(turn.schema), tool_choice="required"
        )
        return _decision(said)

    def _talk(self, turn: Turn, stream: TurnStream) -> Reply:
        """A chat in which the agent may run code and use its tools, until it has no more to do."""
        with self._own_code(turn, stream) or nullcontext() as code:
            chat = partner(self._agent, code).a_initiate_chat(
                view(self._agent, self._talking), message=turn.prompt, max_turns=self._options.max_turns
            )
            history = asyncio.run(chat).chat_history
        text = last_words(history)
        if not text and history[-1].get("tool_calls"):
            raise unfinished(self._options.max_turns, "max_turns")
        return Reply(text=text)

    def _own_code(self, turn: Turn, stream: TurnStream) -> OwnCode | None:
        opening = self._opening(turn)
        if opening is None or turn.schema is not None:
            return None
        users = self._agent.code_executor
        extractor = users.code_extractor if users else MarkdownCodeExtractor()
        return OwnCode(opening, extractor, own_code(turn), stream)

    def _opening(self, turn: Turn) -> Callable[[], AbstractContextManager[CodeExecutor]] | None:
        users = self._agent.code_executor
        if users is not None:
            return lambda: nullcontext(users)
        if self._options.executor is not None:
            return partial(executors.opened, self._options.executor, turn.folder)
        return None


def _take(take: Callable[[Turn, TurnStream], Reply], turn: Turn, stream: TurnStream) -> Reply:
    with IOStream.set_default(stream):
        reply = take(turn, stream)
    stream.speech.finish(reply.text)
    return reply


def _decision(said: Any) -> Reply:
    if isinstance(said, dict):
        calls = said.get("tool_calls") or []
        text = without_ending(content_str(said.get("content")))
        return decided(text, [call["function"]["arguments"] for call in calls])
    return Reply(text=without_ending(said or ""))
