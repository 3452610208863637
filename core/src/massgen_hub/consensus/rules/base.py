"""What a rule is: a pure function from counted ballots to a tally."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Need = Literal["ranking", "choice", "approval", "score"]
"""What a rule reads from a ballot: all of the ranking, its first place, the approvals, or the scores."""

Axiom = Literal["anonymity", "neutrality", "monotonicity", "unanimity", "condorcet"]

EPSILON = 1e-9


@dataclass(frozen=True, kw_only=True)
class Vote:
    """A counted ballot over the candidates that this voter was shown, with the weight of the voter.

    `ranking` is best first and may leave candidates out; `scores` are 0 to 10. Only what the rule needs is filled in;
    a vote that is still outstanding holds nothing but its voter, weight and candidates shown.
    """

    voter: str
    shown: tuple[str, ...]
    ranking: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    weight: float = 1.0

    @property
    def tops(self) -> tuple[str, ...]:
        """What this voter likes best: its first place, its highest scores, or all that it approves."""
        if self.scores:
            best = max(self.scores.values())
            return tuple(candidate for candidate, score in self.scores.items() if score == best)
        return self.ranking[:1] or self.approved


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Scores by candidate, highest wins.

    `winners` share the highest score, sorted; `secondary` ranks them where they are several (else it is empty);
    `margin` is the lead over the best of the others, 0 for a tie; `trace` tells the steps of a rule that has any.
    """

    scores: Mapping[str, float]
    secondary: Mapping[str, float]
    winners: tuple[str, ...]
    margin: float
    trace: tuple[str, ...] = ()


def tally(scores: Mapping[str, float], secondary: Callable[[], Mapping[str, float]]) -> Tally:
    """The tally that these scores make. `secondary` is asked only where several candidates lead."""
    ordered = sorted(scores.values(), reverse=True)
    winners = tuple(candidate for candidate in sorted(scores) if scores[candidate] >= ordered[0] - EPSILON)
    margin = 0.0 if len(winners) > 1 else ordered[0] - (ordered[1] if len(ordered) > 1 else 0.0)
    return Tally(scores=scores, secondary=secondary() if len(winners) > 1 else {}, winners=winners, margin=margin)


Count = Callable[[Sequence[Vote], Sequence[str]], Tally]
Settled = Callable[[Sequence[Vote], Sequence[Vote], Sequence[str]], bool]
Flips = Callable[[Sequence[Vote], Sequence[str], str, Sequence[Vote]], int | None]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule by name. `keeps` names the axioms it satisfies where every voter sees every candidate.

    `count(votes, candidates)` is the tally; it needs at least one vote and one candidate. `settled(votes, outstanding,
    candidates)` says that no way in which the outstanding voters may still vote can take the first place from the
    leader (None: never known early). `flips(votes, candidates, winner, fixed)` is the fewest of the votes that would
    have to change for the winner not to win alone any more, or None if no number of them does (None: found by trying);
    `fixed` votes are counted beside them and stay as they are.
    """

    name: str
    summary: str
    needs: Need
    keeps: frozenset[Axiom]
    count: Count
    settled: Settled | None = None
    flips: Flips | None = None
