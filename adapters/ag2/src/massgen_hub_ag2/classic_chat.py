"""The chats that a classic agent, a pair or a group answers in. Each is held by copies of the user's agents."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from autogen import Agent, ConversableAgent, GroupChatManager, UserProxyAgent
from autogen.agentchat import a_initiate_group_chat
from autogen.agentchat.group import ContextVariables
from autogen.agentchat.group.patterns.pattern import Pattern
from autogen.code_utils import content_str
from massgen_hub.kit import voter_named

from .classic_copy import Copies
from .classic_turn import RUNS_WHAT_IT_READS
from .speech import without_ending

Messages = Sequence[Mapping[str, Any]]

NO_ANSWER = re.compile(r"exitcode: \d+ \(execution (succeeded|failed)\)\nCode output: |\[Handing off to .*\]\Z")
"""What AG2 writes in an agent's name."""


class Chat(ABC):
    """One conversation that gives an answer.

    `members` are the user's agents that may give it or vote. `bound` is how long it may take, and what says so.
    """

    context: ContextVariables | None = None
    """The variables that members share."""

    def __init__(self, members: Sequence[ConversableAgent], bound: int, bounded_by: str) -> None:
        self.members, self.bound = members, (bound, bounded_by)

    @abstractmethod
    async def hold(self, copies: Copies, prompt: str) -> Messages:
        """Put the question, and wait for the end; what was said, by name, the oldest first."""


class Solo(Chat):
    """One agent. The hub talks to it, runs its code and its tools, and falls silent when there are none."""

    def __init__(self, agent: ConversableAgent, max_turns: int) -> None:
        super().__init__([agent], max_turns, "max_turns")

    async def hold(self, copies: Copies, prompt: str) -> Messages:
        """Hold the chat with a copy that never runs what it reads, and that no word of the hub's silences."""
        agent = copies.of(self.members[0])
        asker = _asker([agent], agent)
        agent._is_termination_msg = lambda _message: False
        agent._reply_func_list = [
            {**reply, "trigger": _awaited(reply["trigger"], asker)}
            for reply in agent._reply_func_list
            if reply["reply_func"] != RUNS_WHAT_IT_READS
        ]
        return await _put(asker, agent, prompt, self.bound[0])


class Pair(Chat):
    """A user proxy, or whoever asks, and the agent that answers."""

    def __init__(self, asking: ConversableAgent, answering: ConversableAgent, max_turns: int) -> None:
        super().__init__([answering], max_turns, "max_turns")
        self._asking = asking

    async def hold(self, copies: Copies, prompt: str) -> Messages:
        """Hold the chat as the user's `initiate_chat` would."""
        return await _put(copies.of(self._asking), copies.of(self.members[0]), prompt, self.bound[0])


class Room(Chat):
    """A group chat and its manager. The question is put by its first user proxy, or by the hub where it has none."""

    def __init__(self, manager: GroupChatManager) -> None:
        super().__init__(_answering(manager.groupchat.agents), manager.groupchat.max_round, "max_round")
        self._manager = manager

    async def hold(self, copies: Copies, prompt: str) -> Messages:
        """Hold the chat to its end, or its last round."""
        manager = copies.of(self._manager)
        agents = manager.groupchat.agents
        asker = next((agent for agent in agents if isinstance(agent, UserProxyAgent)), None)
        await _put(asker or _asker(agents), manager, prompt, 1)
        return manager.groupchat.messages  # type: ignore[no-any-return]


class Orchestrated(Chat):
    """A pattern, in which AG2 picks the speakers. `members` begins with its initial agent."""

    def __init__(self, pattern: Pattern, max_rounds: int) -> None:
        others = (agent for agent in pattern.agents if agent is not pattern.initial_agent)
        super().__init__(_answering((pattern.initial_agent, *others)), max_rounds, "max_rounds")
        self._pattern, self.context = pattern, pattern.context_variables

    async def hold(self, copies: Copies, prompt: str) -> Messages:
        """Hold the chat to its end, or its last round."""
        pattern = copies.of(self._pattern)
        pattern.summary_method = None  # the answer is in the messages
        await a_initiate_group_chat(pattern, messages=prompt, max_rounds=self.bound[0])
        return pattern.manager.groupchat.messages  # type: ignore[no-any-return]


def member(members: Sequence[ConversableAgent], name: str) -> ConversableAgent:
    """The member of this name. Raises `ConfigError` where there is none."""
    return voter_named(name, {agent.name: agent for agent in members})


def last_words(messages: Messages, speakers: Collection[str]) -> str:
    """The last thing that one of the speakers said; empty where they said nothing."""
    texts = (_words(message) for message in reversed(messages) if message.get("name") in speakers)
    return next((text for text in texts if text), "")


def _words(message: Mapping[str, Any]) -> str:
    if message.get("role") == "tool" or "tool_responses" in message:
        return ""
    text = without_ending(content_str(message.get("content")))
    wrote_nothing = message.get("tool_calls") and text == "None"  # AG2 writes that out in groups
    return "" if wrote_nothing or NO_ANSWER.match(text) else text


def _answering(agents: Iterable[Agent]) -> list[ConversableAgent]:
    return [a for a in agents if isinstance(a, ConversableAgent) and not isinstance(a, UserProxyAgent)]


def _asker(agents: Sequence[Any], served: ConversableAgent | None = None) -> UserProxyAgent:
    """Who asks in the hub's name, and runs the code and the tools of an agent that has nobody else for it."""
    code = served.code_executor if served else None
    asker = UserProxyAgent(
        "user" if all(agent.name != "user" for agent in agents) else "hub",
        human_input_mode="NEVER",
        is_termination_msg=served._is_termination_msg if served else None,
        code_execution_config={"executor": code, "last_n_messages": 1} if code else False,
        function_map=served.function_map if served else None,
        default_auto_reply=None,
    )
    for tool in served.tools if served else ():
        if tool.name not in asker.function_map:
            asker.register_for_execution()(tool)
    return asker


def _awaited(trigger: Any, asker: UserProxyAgent) -> Any:
    """A trigger for the hub's asker too, where it waits for an agent that the user would have asked with."""
    return [trigger, asker] if isinstance(trigger, ConversableAgent) else trigger


async def _put(asking: ConversableAgent, answering: ConversableAgent, prompt: str, max_turns: int) -> Messages:
    chat = await asking.a_initiate_chat(answering, message=prompt, max_turns=max_turns, summary_method=None)
    return chat.chat_history  # type: ignore[no-any-return]
