"""Takes the turns of the hub with an agent, a crew or a flow of CrewAI."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeVar

from crewai.core.providers.human_input import set_provider
from crewai.events.stream_context import add_stream_sink
from massgen_hub.contract import Host, Reply, Turn
from massgen_hub.errors import TurnError
from massgen_hub.kit import ThreadedHost, in_thread

from .asking import Desk, OfTasks
from .braces import inert
from .calls import Calls
from .decision import Decision
from .listening import Listener

T = TypeVar("T")


class Kind(Protocol):
    """What is run in a turn: a copy of the user's own, because one object runs once at a time."""

    def answer(self, turn: Turn) -> str:
        """The answer to the turn's prompt. Blocks."""
        ...

    def decider(self, turn: Turn) -> Any | None:
        """The agent that decides, if there is one."""
        ...


class HubAgent:
    """An agent of the hub. Every turn runs in a thread of its own, because CrewAI blocks."""

    def __init__(self, name: str, kind: Kind) -> None:
        self._name, self._kind = name, kind

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn. Raises what CrewAI raises, and `NotAvailable` for a question that nobody answers."""
        decision = Decision(turn.schema) if turn.schema is not None else None
        running = Running(host, decision)
        text = await running.to_the_end(partial(self._taken, turn, decision), f"{self._name} in {turn.run}")
        reply = decision.reply(text) if decision else Reply(text=text)
        running.listener.voices.finish(reply.text)
        return reply

    def _taken(self, turn: Turn, decision: Decision | None) -> str:
        if decision is not None and (decider := self._kind.decider(turn)) is not None:
            return str(decision.offered_to(decider).kickoff(inert(turn.prompt)).raw)
        return self._kind.answer(turn)


class Running:
    """One turn in a thread, heard and ended by the hub."""

    def __init__(self, host: Host, decision: Decision | None) -> None:
        self._host = ThreadedHost(host)
        self._desk = Desk(self._host)
        self._calls = Calls(decision.heard if decision else lambda reply: reply)
        self.listener = Listener(self._host, decision.names if decision else ())

    async def to_the_end(self, work: Callable[[], T], name: str) -> T:
        """What comes of the work. A cancelled turn hangs up on its models at once."""
        failure: BaseException | None = None
        try:
            return await in_thread(partial(self._listened_to, work), name)
        except BaseException as raised:
            failure = raised
            raise
        finally:
            self._host.stop_waiting()
            await self._calls.end()
            self.listener.end(failure)

    def _listened_to(self, work: Callable[[], T]) -> T:
        """The work, in a context of its own."""
        add_stream_sink(self.listener)
        set_provider(OfTasks(self._desk))
        self._desk.sit_down()
        with self._calls.made_here():
            try:
                done = work()
            except SystemExit as exit_:  # so CrewAI ends where a prompt is too long for the model
                raise TurnError(str(exit_)) from exit_
        if self._desk.failure is not None:
            raise self._desk.failure
        return done
