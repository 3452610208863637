"""One turn of CrewAI in a thread, heard and ended by the hub."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from crewai.core.providers.human_input import set_provider
from crewai.events.stream_context import add_stream_sink
from massgen_hub.contract import Host, Reply
from massgen_hub.errors import TurnError
from massgen_hub.kit import ThreadedHost, in_thread

from .asking import Desk, OfTasks
from .calls import Calls
from .decision import Decision
from .listening import Listener
from .models import Models

T = TypeVar("T")


class Running:
    """A turn in a thread of its own, because CrewAI blocks."""

    def __init__(self, host: Host, models: Models, decision: Decision | None = None) -> None:
        self._host = ThreadedHost(host)
        self._desk = Desk(self._host)
        self._calls = Calls(models, decision.heard, forced=True) if decision else Calls(models, lambda reply: reply)
        self.listener = Listener(self._host, decision.names if decision else ())

    async def to_the_end(self, work: Callable[[], T], name: str) -> T:
        """What comes of the work. A cancelled turn hangs up on its models at once."""
        with self.listener.listening():
            try:
                return await in_thread(partial(self._listened_to, work), name)
            finally:
                self._host.stop_waiting()
                await self._calls.end()

    def said(self, reply: Reply) -> Reply:
        """The turn's reply, said as a whole where it is not what was streamed last."""
        self.listener.voices.finish(reply.text)
        return reply

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
