"""What the user's agent or team is made of, and who of it speaks and votes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from autogen_agentchat.agents import BaseChatAgent, CodeExecutorAgent, UserProxyAgent
from autogen_agentchat.base import TerminationCondition
from autogen_agentchat.teams import (
    BaseGroupChat,
    MagenticOneGroupChat,
    RoundRobinGroupChat,
    SelectorGroupChat,
    Swarm,
)
from autogen_core.code_executor import CodeExecutor
from autogen_core.model_context import ChatCompletionContext
from autogen_core.models import ChatCompletionClient
from autogen_core.tools import BaseTool, StaticWorkbench, Workbench
from massgen_hub.errors import ConfigError
from massgen_hub.kit import voter_named

Runner: TypeAlias = BaseChatAgent | BaseGroupChat

MADE_OF_PARTS = (BaseChatAgent, BaseGroupChat, StaticWorkbench, BaseTool, ChatCompletionContext, TerminationCondition)
WITH_AN_OUTSIDE = (ChatCompletionClient, CodeExecutor, Workbench)
"""What is connected to something that cannot be copied."""

ENDLESS = (RoundRobinGroupChat, SelectorGroupChat, Swarm)
"""Teams that go on for ever unless something ends them."""


def everything(value: Any, seen: set[int] | None = None) -> Iterator[Any]:
    """All that an agent or a team is made of, as far as AutoGen knows it: itself first, each once."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, (*MADE_OF_PARTS, *WITH_AN_OUTSIDE)):
        yield value
    for held in _held(value):
        yield from everything(held, seen)


def _held(value: Any) -> Iterator[Any]:
    if type(value) in (list, tuple, set):
        yield from value
    elif type(value) is dict:
        yield from value.values()
    elif isinstance(value, MADE_OF_PARTS):
        yield from vars(value).values()


def voter_of(runner: Runner, name: str | None) -> Any:
    """Who casts the ballot: the one of that name, else the first that has a model; None: nobody has one.

    The orchestrator of a Magentic-One team has the team's model and name. Raises `ConfigError` for an unknown name.
    """
    kinds = (BaseChatAgent, MagenticOneGroupChat)
    able = [part for part in everything(runner) if isinstance(part, kinds) and getattr(part, "_model_client", None)]
    if name is None:
        return able[0] if able else None
    return voter_named(name, {part.name: part for part in able})


def mute(runner: Runner) -> set[str]:
    """The names of the members whose words are no answer: people, and agents that only run code."""
    members = [part for part in everything(runner) if part is not runner]
    people = {member.name for member in members if isinstance(member, UserProxyAgent)}
    return people | {one.name for one in members if isinstance(one, CodeExecutorAgent) and not one._model_client}


def refuse_endless(runner: Runner) -> None:
    """Raise `ConfigError` for a team that nothing would ever end."""
    for team in everything(runner):
        if isinstance(team, ENDLESS) and team._termination_condition is None and team._max_turns is None:
            what = f"the team `{team.name}` ({type(team).__name__}) would never end"
            raise ConfigError(what, hint="give it a `termination_condition` or `max_turns`")
