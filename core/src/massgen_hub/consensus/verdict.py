"""The outcome of a run, told honestly: degraded never looks like full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Agreement = Literal["unanimous", "majority", "plurality", "none"]
Stop = Literal["complete", "settled", "budget", "deadline", "interrupted"]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One line of the tally: a candidate, its authors, its score, how many put it first and how many were shown it."""

    candidate: str
    authors: tuple[str, ...]
    score: float
    firsts: int
    shown: int


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Who did not take part in the decision, how (`failed`, `abstained`, `own`, `cancelled`), and why."""

    agent: str
    how: Literal["failed", "abstained", "own", "cancelled"]
    why: str


@dataclass(frozen=True, kw_only=True)
class Dissent:
    """A candidate that lost, who put it first, and the fullest reason among theirs."""

    candidate: str
    voters: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a run came to.

    `answer` is what is delivered: the text that was voted for, unless `delivered` says that it was written up.
    `agreement` compares the winner's support with all configured agents, so that a vote of two out of three is never
    unanimous. `margin` is in points of the rule; `flips` the fewest ballots that would have to change for another
    outcome (None: no ballots, or no number of them). `tie_broken` says by what, if first places were shared. `run`
    names the record. `left_behind` are agents whose turn was called off and that go on until this process ends.
    """

    decided: bool
    answer: str
    winner: str | None
    authors: tuple[str, ...]
    agreement: Agreement
    stopped: Stop
    by: Literal["vote", "gate", "alone", "none"]
    rule: str
    agents: int
    voted: int
    quorum: int
    tally: tuple[Standing, ...] = ()
    margin: float | None = None
    flips: int | None = None
    tied: tuple[str, ...] = ()
    tie_broken: Literal["secondary", "draw"] | None = None
    absent: tuple[Absence, ...] = ()
    dissent: tuple[Dissent, ...] = ()
    delivered: Literal["verbatim", "winner", "synthesize"] = "verbatim"
    files: tuple[str, ...] = ()
    rounds: int = 0
    turns: int = 0
    reason: str = ""
    run: str = ""
    left_behind: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 decided, 3 no decision, 4 out of time or budget, 5 all agents failed, 130 interrupted."""
        if self.stopped == "interrupted":
            return 130
        if self.decided:
            return 0
        if self.winner is None and self.stopped == "complete":
            return 5
        return 4 if self.stopped in ("budget", "deadline") else 3
