"""What a protocol is: it looks at the state of a run and says what to do next. It never waits and never acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol as Interface
from typing import TypeAlias

from ..contract import Kind
from .rules import Rule
from .settings import Settings
from .state import State
from .verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Give this agent a turn; `shown` pairs labels with candidates, in the order to display."""

    agent: str
    round: int
    kind: Kind
    shown: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """Call this agent's turn off."""

    agent: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Finish:
    """End the run with this verdict."""

    verdict: Verdict


Step: TypeAlias = Ask | Cancel | Finish


class Protocol(Interface):
    """Who takes which turn next, and when to stop. Retries and repairs are the runner's and never seen here."""

    def next(self, state: State) -> tuple[Step, ...]:
        """What to do now, all that can be said of this state at once; a function of the state and of nothing else, so
        that a run can be resumed. An empty tuple waits for the turns that are running."""


@dataclass(frozen=True, kw_only=True)
class ProtocolSpec:
    """A protocol by name, and how to make one for a run."""

    name: str
    summary: str
    make: Callable[[Settings, Rule], Protocol]
