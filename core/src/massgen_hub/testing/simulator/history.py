"""What came of a schedule: everything that the invariants look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TypeAlias

from ...codec import to_json
from ...consensus import Decisive, Verdict
from ...contract import Reply
from ...events import Event
from ...record import decisive
from .ledger import Ledger, read_ledger
from .schedule import Schedule
from .world import Key

Findings: TypeAlias = Iterator[str]
"""What an invariant has to say against a history, usually nothing."""


@dataclass(frozen=True, kw_only=True)
class Life:
    """One process of a run: from when to when it lived (virtual seconds), and how it ended: with a verdict, or with an
    exception. `first` is the number of events recorded when it began, `done` when it ended; `asked_to_end` is when
    somebody outside wanted it to end. What was left then: agents `at_work`, `tasks` and `timers` that are no agent's,
    and what broke in callbacks."""

    began: float
    ended: float
    first: int
    done: int
    verdict: Verdict | None = None
    raised: str = ""
    asked_to_end: float | None = None
    at_work: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    timers: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class History:
    """A schedule and what happened. `events` is the record, `said` what agents really replied in the last life that
    asked them, `met` how often they did what; `steps` is how often the loop went round."""

    schedule: Schedule
    events: tuple[Event, ...]
    lives: tuple[Life, ...]
    said: Mapping[Key, Reply]
    met: Mapping[str, int]
    steps: int

    @property
    def last(self) -> Life:
        """The life in which the run ended, or was given up."""
        return self.lives[-1]

    @property
    def verdict(self) -> Verdict | None:
        """The verdict, if the run came to its end."""
        return self.last.verdict

    @property
    def outcome(self) -> str:
        """The outcome in a few words."""
        if self.verdict is None:
            return f"raised {self.last.raised.partition(':')[0]}"
        return f"{'decided by' if self.verdict.decided else 'no decision,'} {self.verdict.by} ({self.verdict.stopped})"

    @cached_property
    def decisive(self) -> tuple[Decisive, ...]:
        """The decisive events, as they read from the record."""
        return tuple(decisive(self.events))

    @cached_property
    def ledger(self) -> Ledger:
        """The record, read a second time."""
        return read_ledger(self.schedule.start, self.decisive)

    @property
    def fingerprint(self) -> str:
        """A hash of everything that happened. Equal in every process of one version of Python."""
        told = (self.events, self.lives, self.met, self.steps)
        return sha256(to_json(told).encode(errors="surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Violation:
    """An invariant that a schedule broke, and what was seen."""

    invariant: str
    seed: int
    what: str
