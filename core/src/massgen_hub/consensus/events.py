"""The decisive events: the state of a run is the fold of these and of nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from ..contract import JSON, Kind, Message
from .decisions import Decision
from .electorate import Past
from .settings import Settings
from .verdict import Verdict

Why = Literal["error", "timeout", "empty", "too_large", "worker_died", "cut_off"]


@dataclass(frozen=True, kw_only=True)
class RunStarted:
    """The run: its question with the session before it, who takes part (id to type of adapter), its seed, its rules,
    and what was known of the agents when it began."""

    type: ClassVar[str] = "run_started"
    task: str
    agents: Mapping[str, str]
    seed: int
    settings: Settings
    criteria: str = ""
    history: tuple[Message, ...] = ()
    files: tuple[str, ...] = ()
    run: str = ""
    past: Past | None = None


@dataclass(frozen=True, kw_only=True)
class TurnStarted:
    """An agent was asked. `shown` is the order displayed: pairs of label and candidate."""

    type: ClassVar[str] = "turn_started"
    agent: str
    round: int
    attempt: int
    kind: Kind
    shown: tuple[tuple[str, str], ...] = ()
    repair: str | None = None


@dataclass(frozen=True, kw_only=True)
class Replied:
    """An agent spoke: its raw text and native arguments, and what the hub read out of them."""

    type: ClassVar[str] = "replied"
    agent: str
    round: int
    attempt: int
    text: str
    decision: Decision
    data: JSON = None
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A turn failed. `final`: the agent sits out from now on; otherwise the turn is tried again. `left_behind`: it
    timed out, and only the end of this process will stop what it does. `hint` is what to do, `traceback` where in the
    agent's code it came from, where that is known; neither decides anything."""

    type: ClassVar[str] = "failed"
    agent: str
    round: int
    attempt: int
    why: Why
    message: str
    final: bool
    seconds: float = 0.0
    left_behind: bool = False
    hint: str = ""
    traceback: str = ""


@dataclass(frozen=True, kw_only=True)
class Cancelled:
    """The hub called a turn off: its result was not needed any more, or the run had to stop. `left_behind`: only the
    end of this process will stop what the agent does."""

    type: ClassVar[str] = "cancelled"
    agent: str
    round: int
    attempt: int
    why: str
    left_behind: bool = False


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """The run has to end before it is complete."""

    type: ClassVar[str] = "stopped"
    why: Literal["budget", "deadline", "interrupted"]


@dataclass(frozen=True, kw_only=True)
class Ended:
    """The last event of a run."""

    type: ClassVar[str] = "ended"
    verdict: Verdict


Decisive: TypeAlias = RunStarted | TurnStarted | Replied | Failed | Cancelled | Stopped | Ended
