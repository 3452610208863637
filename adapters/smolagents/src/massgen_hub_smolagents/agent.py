"""One agent of smolagents as an agent of the hub."""

from __future__ import annotations

import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from massgen_hub.contract import Reply
from massgen_hub.errors import TurnError
from massgen_hub.kit import ThreadedHost, in_thread
from smolagents import CodeAgent

from .decision import DecisionReader, DecisionTool, in_code, read_answer
from .lending import lent
from .telling import FINAL_ANSWER, Narrator
from .watching import Stopped, WatchedModel

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from massgen_hub.contract import Host, Turn
    from smolagents import MultiStepAgent

DECISION_STEPS = 2
"""One to look something up, one to decide; the hub's own second attempt comes on top."""

_locks: WeakKeyDictionary[MultiStepAgent, threading.Lock] = WeakKeyDictionary()


class _Run(NamedTuple):
    """One run of an agent: what it is told, how its reply is found, attributes that it has meanwhile."""

    task: str
    max_steps: int
    read: Callable[[Any], Reply | None]
    changes: Mapping[str, Any]


class SmolAgent:
    """Each turn is a run in a thread of its own. Turns of one object wait for each other: it cannot run twice at once.

    Cancelling leaves the thread to end at its next event or model call; a call that does not stream ends first.
    """

    def __init__(self, agent: MultiStepAgent, *, max_steps: int) -> None:
        self._agent, self._max_steps = agent, max_steps
        self._lock = _locks.setdefault(agent, threading.Lock())

    async def __call__(self, turn: Turn, host: Host) -> Reply:
        """Answer the turn. Raises what smolagents raises."""
        stop, threaded = threading.Event(), ThreadedHost(host)
        try:
            return await in_thread(lambda: self._take(turn, threaded, stop), name=f"smolagents {turn.agent}")
        finally:
            stop.set()

    def _take(self, turn: Turn, host: ThreadedHost, stop: threading.Event) -> Reply:
        with self._lock:
            run, narrator = self._run(turn), Narrator(host)
            with lent(self._agent, lambda own: WatchedModel(own, host.spend, stop), **run.changes) as model:
                with closing(_events(self._agent, run, stop)) as events:
                    reply = _reply(events, run, narrator)
                if model.failure is not None:
                    raise model.failure
        narrator.conclude(reply.text)
        return reply

    def _run(self, turn: Turn) -> _Run:
        streams = isinstance(self._agent, CodeAgent) and hasattr(self._agent.model, "generate_stream")
        changes = {"stream_outputs": streams or self._agent.stream_outputs}
        if turn.schema is None:
            return _Run(turn.prompt, self._max_steps, read_answer, changes)
        tools = {**self._agent.tools, FINAL_ANSWER: DecisionTool(turn.schema)}
        changes |= {"tools": tools, "final_answer_checks": [], "planning_interval": None}
        reader, task = DecisionReader(), turn.prompt
        if isinstance(self._agent, CodeAgent):
            reader = DecisionReader(code_end=self._agent.code_block_tags[1])
            task = f"{turn.prompt}\n\n{in_code(turn.schema)}"
        return _Run(task, min(DECISION_STEPS, self._max_steps), reader.read, changes)


def _reply(events: Generator[Any, None, None], run: _Run, narrator: Narrator) -> Reply:
    for event in events:
        narrator.tell(event)
        reply = run.read(event)
        if reply is not None:
            return reply
    raise TurnError("the agent ended without an answer", hint="a subclass of its own has to yield a FinalAnswerStep")


def _events(agent: MultiStepAgent, run: _Run, stop: threading.Event) -> Generator[Any, None, None]:
    """The events of a run, until it ends, `stop` is set or nobody wants more."""
    events = agent.run(run.task, stream=True, max_steps=run.max_steps)
    try:
        for event in events:
            if stop.is_set():
                raise Stopped
            yield event
    finally:
        with suppress(Stopped, StopIteration):  # `close` is refused: a run that is ended yields its step once more
            events.throw(Stopped())
            next(events)
