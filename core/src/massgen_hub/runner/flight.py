"""One attempt of one turn on its way: the task that runs it, its deadline, and its agent's host."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..contract import JSON, Activity, Agent, Question, Reply, Traits, Turn, Usage
from ..errors import NotAvailable
from .journal import Journal

MOST_REPORTED = 4 * 1024 * 1024
"""Characters that an agent may say and note in a turn. A reply has at most a quarter of that."""
REPORT = 200
"""Characters that each note, usage and question counts for beside its text."""
LEFT_OUT = "the agent reports more than is kept of a turn; the rest is left out, its usage too"
ABSURD = 10**15


@dataclass(frozen=True, kw_only=True)
class Participant:
    """An opened agent, as the runner sees it. `timeout` is in seconds a turn; `type` the name of its adapter.
    `stoppable` is false where only the end of this process would stop a turn. `about` is recorded: where it runs, and
    on which versions."""

    agent: Agent
    type: str
    traits: Traits = field(default_factory=Traits)
    timeout: float | None = None
    stoppable: bool = True
    about: Mapping[str, JSON] = field(default_factory=dict)


class Flight:
    """An attempt from its start until it lands once: with a reply, a failure, or a cancellation."""

    def __init__(self, turn: Turn, labels: Mapping[str, str]) -> None:
        self.turn, self.labels = turn, labels
        self._clock = asyncio.get_running_loop().time
        self.started = self._clock()
        self.landed = False
        self.task: asyncio.Task[None] | None = None
        self.deadline: asyncio.TimerHandle | None = None

    @property
    def seconds(self) -> float:
        """How long it has been under way."""
        return round(self._clock() - self.started, 3)

    def land(self) -> bool:
        """Whether this is the first landing; what comes later is too late and is dropped."""
        if self.landed:
            return False
        self.landed = True
        if self.deadline is not None:
            self.deadline.cancel()
        return True


class TurnHost:
    """The host of one attempt: what the agent reports goes into the journal until the attempt has landed, or there is
    more of it than anybody reads."""

    def __init__(self, flight: Flight, journal: Journal) -> None:
        self._flight, self._journal = flight, journal
        self._room = MOST_REPORTED

    def say(self, text: str, part: int = 0) -> None:
        """Stream a piece of text."""
        if text and self._takes(len(text)):
            turn = self._flight.turn
            self._journal.delta(turn.agent, turn.round, turn.attempt, part, text)

    def note(self, activity: Activity) -> None:
        """Report what the agent does."""
        if self._takes(REPORT + len(str(activity.text))):
            self._report("note", vars(activity))

    def spend(self, usage: Usage) -> None:
        """Report usage. What no count can be is unknown."""
        if self._takes(REPORT):
            self._report("usage", {"by": "agent", **{name: _count(said) for name, said in vars(usage).items()}})

    async def ask(self, question: Question) -> str:
        """Nobody can be asked yet."""
        if self._takes(REPORT + len(str(question.text))):
            self._report("asked", vars(question))
        raise NotAvailable(
            f"the agent asks: {question.text}", hint="let the agent decide by itself; nobody is there to be asked"
        )

    async def call(self, tool: str, arguments: Mapping[str, JSON]) -> JSON:  # noqa: ARG002 - the contract's names
        """The hub has no tools of its own yet."""
        raise NotAvailable(f"the hub has no tool `{tool}`")

    def _takes(self, characters: int) -> bool:
        """Whether so much more is recorded. The first report that is not says so itself."""
        if self._flight.landed or self._room < 0:
            return False
        self._room -= characters
        if self._room < 0:
            self._report("note", vars(Activity(kind="info", text=LEFT_OUT)))
        return self._room >= 0

    def _report(self, type_: str, data: Mapping[str, JSON]) -> None:
        turn = self._flight.turn
        self._journal.activity(type_, {"agent": turn.agent, "round": turn.round, "attempt": turn.attempt, **data})


def _count(said: JSON) -> JSON:
    """A number of a usage; None where it is absurd."""
    return said if isinstance(said, str) or (isinstance(said, (int, float)) and 0 <= said < ABSURD) else None


def native_json(reply: Reply) -> str | None:
    """The native arguments of a reply as JSON; None where they are none."""
    if reply.data is None:
        return "null"
    try:
        return json.dumps(reply.data, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return None


def whole(text: str) -> str:
    """The text without halves of surrogate pairs, which no file and no pipe can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")
