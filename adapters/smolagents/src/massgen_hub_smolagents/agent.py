"""One agent of smolagents as an agent of the hub."""

from __future__ import annotations

import threading
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

from massgen_hub.errors import TurnError
from massgen_hub.kit import ThreadedHost, Voices, in_thread, own_code
from smolagents import CodeAgent

from .decision import DecisionReader, decision_tool, in_code, read_answer
from .lending import lent
from .telling import FINAL_ANSWER, Narrator
from .watching import Stopped, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from massgen_hub.contract import Host, Reply, Turn
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
        threaded = ThreadedHost(host)
        watch = Watch(threaded, Voices(threaded.say), threading.Event(), own_code(turn))
        try:
            return await in_thread(lambda: self._take(turn, watch), name=f"smolagents {turn.agent}")
        finally:
            watch.stop.set()

    def _take(self, turn: Turn, watch: Watch) -> Reply:
        with self._lock:
            run = self._run(turn)
            with lent(self._agent, watch, **run.changes) as model:
                with closing(_events(self._agent, run, watch)) as events:
                    reply = _reply(events, run, Narrator(watch))
                if model.failure is not None:
                    raise model.failure
        watch.voices.finish(reply.text)
        return reply

    def _run(self, turn: Turn) -> _Run:
        if turn.schema is None:
            return _Run(turn.prompt, self._max_steps, read_answer, {})
        tool, task = decision_tool(turn.schema), turn.prompt
        tools = {**self._agent.tools, FINAL_ANSWER: tool}
        changes = {"tools": tools, "final_answer_checks": [], "planning_interval": None}
        reader = DecisionReader(tool)
        if isinstance(self._agent, CodeAgent):
            reader = DecisionReader(tool, code_end=self._agent.code_block_tags[1])
            task = f"{turn.prompt}\n\n{in_code(turn.schema)}"
        return _Run(task, min(DECISION_STEPS, self._max_steps), reader.read, changes)


def _reply(events: Generator[Any, None, None], run: _Run, narrator: Narrator) -> Reply:
    for event in events:
        narrator.tell(event)
        reply = run.read(event)
        if reply is not None:
            return reply
    raise TurnError("the agent ended without an answer", hint="a subclass of its own has to yield a FinalAnswerStep")


def _events(agent: MultiStepAgent, run: _Run, watch: Watch) -> Generator[Any, None, None]:
    """The events of a run, until it ends, the turn is over or nobody wants more."""
    events = agent.run(run.task, stream=True, max_steps=run.max_steps)
    try:
        for event in events:
            if watch.stop.is_set():
                raise Stopped
            yield event
    finally:
        with suppress(Stopped, StopIteration):  # `close` is refused: a run that is ended yields its step once more
            events.throw(Stopped())
            next(events)
