"""The outcome of a run, told honestly: degraded never looks like full."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Agreement = Literal["unanimous", "majority", "plurality", "none"]
Stop = Literal["complete", "settled", "lead", "budget", "deadline", "interrupted"]
By = Literal["vote", "judge", "gate", "alone", "none"]
How = Literal["failed", "invalid", "abstained", "own", "void", "cancelled", "superseded", "answered", "unasked"]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One line of the tally: a candidate, its authors, its score, how many put it first and how many were shown it."""

    candidate: str
    authors: tuple[str, ...]
    score: float
    firsts: int
    shown: int


@dataclass(frozen=True, kw_only=True)
class TieStep:
    """One step of breaking a tie: by what (`secondary` score of the rule, or a `draw` from the seed), and who
    was left."""

    by: Literal["secondary", "draw"]
    left: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Absence:
    """Whose voice is not in the decision, how, and why. `own`: its only choice was its own answer; `void`: all that it
    chose was ruled out; `invalid`: nothing valid could be read; `superseded`: its ballot was on earlier candidates;
    `answered`: it gave a better answer instead; `unasked`: the run ended before its turn. `hint`: what to do about
    it."""

    agent: str
    how: How
    why: str
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Dissent:
    """A candidate, who put it first, and the fullest reason among theirs."""

    candidate: str
    voters: tuple[str, ...]
    reason: str


@dataclass(frozen=True, kw_only=True)
class Turnout:
    """What became of the calls for a ballot.

    `drafts` are answers that counted as short ballots beside them. `superseded` ballots were replaced by a later call,
    `stale` ones cast on candidates that had changed by then; both are of earlier calls, the
    others of each voter's last.
    """

    counted: int = 0
    drafts: int = 0
    own: int = 0
    void: int = 0
    advisory: int = 0
    abstained: int = 0
    invalid: int = 0
    failed: int = 0
    cancelled: int = 0
    superseded: int = 0
    stale: int = 0


@dataclass(frozen=True, kw_only=True)
class BestSingle:
    """The agent that was right most often in earlier runs, its answer, and that answer's place in the tally (1 is the
    winner; None: it gave no answer, or nobody voted on it)."""

    agent: str
    right: int
    known: int
    candidate: str | None
    place: int | None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a run came to.

    `answer` is what is delivered: the text that was voted for, unless `delivered` says that it was written up.
    `agreement` compares those who put the winner first with all configured agents that are not advisory, so that a
    vote of two out of three is never unanimous. `margin` is in points of the rule; `flips` the fewest ballots that
    would have to change for another outcome (None: no ballots, or no number of them). `tied` shared the first place
    and `tie` says how one of them won; `trace` are the steps of the rule. `advice` is what advisory voices put first,
    `vetoed` who ruled which candidate out. `saved` are the calls that early stopping made unnecessary or called off.
    `effective_voters` is how many independent voters the counted ones are worth, as far as earlier outcomes tell.
    `run` names the record. `left_behind` are agents whose turn was called off and that go on until this process ends.
    """

    decided: bool
    answer: str
    winner: str | None
    authors: tuple[str, ...]
    agreement: Agreement
    stopped: Stop
    by: By
    rule: str
    agents: int
    voted: int
    quorum: int
    tally: tuple[Standing, ...] = ()
    margin: float | None = None
    flips: int | None = None
    tied: tuple[str, ...] = ()
    tie: tuple[TieStep, ...] = ()
    trace: tuple[str, ...] = ()
    turnout: Turnout = field(default_factory=Turnout)
    absent: tuple[Absence, ...] = ()
    dissent: tuple[Dissent, ...] = ()
    advice: tuple[Dissent, ...] = ()
    vetoed: tuple[tuple[str, str], ...] = ()
    saved: int = 0
    effective_voters: float | None = None
    best_single: BestSingle | None = None
    delivered: Literal["verbatim", "winner", "synthesize"] = "verbatim"
    files: tuple[str, ...] = ()
    rounds: int = 0
    turns: int = 0
    reason: str = ""
    run: str = ""
    left_behind: tuple[str, ...] = ()

    @property
    def tie_broken(self) -> Literal["secondary", "draw"] | None:
        """What decided a tie in the end."""
        return self.tie[-1].by if self.tie else None

    @property
    def exit_code(self) -> int:
        """0 decided, 3 no decision, 4 out of time or budget, 5 all agents failed, 130 interrupted."""
        if self.stopped == "interrupted":
            return 130
        if self.decided:
            return 0
        if self.winner is None and not self.vetoed and self.stopped == "complete":
            return 5
        return 4 if self.stopped in ("budget", "deadline") else 3
