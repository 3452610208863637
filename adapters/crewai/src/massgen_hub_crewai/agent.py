"""Takes the turns of the hub with an agent, a crew or a flow of CrewAI."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from crewai import Agent
from massgen_hub.contract import Host, Reply, Turn
from massgen_hub.kit import refuses_tools

from .decision import Decision
from .kinds import said_by
from .models import Models
from .running import Running


class Kind(Protocol):
    """What a turn runs: a copy of the user's own, because one object runs once at a time."""

    def answer(self, turn: Turn) -> str:
        """The answer to the turn's prompt. Blocks."""
        ...

    def decider(self, turn: Turn) -> Agent | None:
        """The agent that decides, if there is one."""
        ...


class HubAgent:
    """An agent of the hub."""

    def __init__(self, name: str, kind: Kind, models: Models) -> None:
        self._name, self._kind, self._models = name, kind, models
        self._takes_tools = True

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn. Raises what CrewAI raises, and `NotAvailable` for a question that nobody answers."""
        if turn.schema is not None and (decider := self._kind.decider(turn)) is not None:
            return await self._decided(Decision(turn.schema), decider, turn, host)
        return await self._said(partial(self._kind.answer, turn), turn, host)

    async def _decided(self, decision: Decision, decider: Agent, turn: Turn, host: Host) -> Reply:
        """A server that refuses the tools is asked for text, from then on. What judges answers sees no ballot."""
        decider.guardrail = None
        if self._takes_tools:
            running = Running(host, self._models, decision)
            agent = decision.offered_to(decider)
            try:
                text = await running.to_the_end(partial(said_by, agent, turn), self._thread(turn))
                return running.said(decision.reply(text))
            except Exception as failure:
                if running.listener.has_heard or not refuses_tools(failure):
                    raise
        reply = await self._said(partial(said_by, decider, turn), turn, host)
        self._takes_tools = False
        return reply

    async def _said(self, work: Callable[[], str], turn: Turn, host: Host) -> Reply:
        running = Running(host, self._models)
        return running.said(Reply(text=await running.to_the_end(work, self._thread(turn))))

    def _thread(self, turn: Turn) -> str:
        return f"{self._name} in {turn.run}"
