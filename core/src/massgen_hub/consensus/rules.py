"""Rules: from ballots to a tally. Pure functions over what voters were shown and how they ranked it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

Need = Literal["ranking", "choice"]
"""What a rule reads from a ballot: all of the ranking, or its first place."""

EPSILON = 1e-9


@dataclass(frozen=True, kw_only=True)
class Vote:
    """A counted ballot: a ranking, best first, of some of the candidates that this voter was shown."""

    voter: str
    ranking: tuple[str, ...]
    shown: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Scores by candidate, highest wins. `secondary` ranks those that tie; `margin` is the lead over the second."""

    scores: Mapping[str, float]
    secondary: Mapping[str, float]
    winners: tuple[str, ...]
    margin: float


Count = Callable[[Sequence[Vote], Sequence[str]], Tally]
Flips = Callable[[Sequence[Vote], Sequence[str], str], int | None]
Settled = Callable[[Sequence[Vote], Sequence[Sequence[str]], Sequence[str]], bool]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule by name. `keeps` names the axioms it satisfies.

    `count(votes, candidates)` is the tally. `settled(votes, outstanding, candidates)` says whether no way in which the
    outstanding voters (given by what each was shown) may still vote can change the winner; None: never known early.
    `flips(votes, candidates, winner)` is the fewest ballots that would have to change for the winner not to win alone
    any more (None: no number of them does).
    """

    name: str
    summary: str
    needs: Need
    keeps: frozenset[str]
    count: Count
    flips: Flips
    settled: Settled | None = None


Points = Callable[[Vote], Mapping[str, float]]


def borda_points(vote: Vote) -> dict[str, float]:
    """m - 1 for the first of m shown, down to 0; those left out share the mean of what remains, so that every ballot
    hands out the same total (mean-rank form; Emerson, Social Choice and Welfare 2013, compares the forms)."""
    top = len(vote.shown) - 1
    points = {candidate: float(top - place) for place, candidate in enumerate(vote.ranking)}
    left_out = [candidate for candidate in vote.shown if candidate not in points]
    points.update(dict.fromkeys(left_out, (len(left_out) - 1) / 2))
    return points


def plurality_points(vote: Vote) -> dict[str, float]:
    """One point for the first place."""
    return {vote.ranking[0]: 1.0}


@dataclass(frozen=True, kw_only=True)
class Positional:
    """A rule that hands out points by place. `best(m)` is the most that one ballot over m candidates gives.

    Where voters see different candidates, a score is the mean over the times a candidate was shown, scaled to all
    votes: with everything shown to everybody it is the plain sum.
    """

    points: Points
    tie_points: Points
    best: Callable[[int], float]

    def count(self, votes: Sequence[Vote], candidates: Sequence[str]) -> Tally:
        """The tally of the votes."""
        scores = _means(votes, candidates, self.points)
        ordered = sorted(scores.values(), reverse=True)
        return Tally(
            scores=scores,
            secondary=_means(votes, candidates, self.tie_points),
            winners=tuple(c for c in sorted(scores) if scores[c] >= ordered[0] - EPSILON),
            margin=ordered[0] - ordered[1] if len(ordered) > 1 else ordered[0],
        )

    def settled(self, votes: Sequence[Vote], outstanding: Sequence[Sequence[str]], candidates: Sequence[str]) -> bool:
        """Whether the leader stays ahead even if every outstanding voter puts it last and its rival first."""
        if len(votes) <= len(outstanding):  # one ballot can undo one ballot
            return False
        points, seen = _sums(votes, candidates, self.points)
        waiting = dict.fromkeys(candidates, 0)
        for shown in outstanding:
            for candidate in shown:
                waiting[candidate] += 1
        best = self.best(max(map(len, outstanding), default=0))
        low = {c: points[c] / max(1, seen[c] + waiting[c]) for c in candidates}
        high = {c: (points[c] + best * waiting[c]) / max(1, seen[c] + waiting[c]) for c in candidates}
        leader = max(candidates, key=lambda c: (low[c], c))
        return all(low[leader] > high[rival] + EPSILON for rival in candidates if rival != leader)

    def flips(self, votes: Sequence[Vote], candidates: Sequence[str], winner: str) -> int | None:
        """The fewest votes to change. A changed vote puts a rival first and the winner last; those that shift the two
        most are changed first, which is exact for each rival. Only the eight strongest rivals are tried."""
        total, seen = _sums(votes, candidates, self.points)
        mean = {c: total[c] / max(1, seen[c]) for c in candidates}
        rivals = sorted((c for c in candidates if c != winner), key=lambda c: (-mean[c], c))[:8]
        points = [self.points(vote) for vote in votes]
        found: list[int] = []
        for rival in rivals:
            shifts = [self._shift(*each, winner, rival, seen) for each in zip(votes, points, strict=True)]
            reached = accumulate(sorted(shifts, reverse=True))
            missing = mean[winner] - mean[rival] - EPSILON
            found += [count for count, shift in enumerate(reached, 1) if shift >= missing][:1]
        return min(found, default=None)

    def _shift(
        self, vote: Vote, points: Mapping[str, float], winner: str, rival: str, seen: Mapping[str, int]
    ) -> float:
        """By how much changing this vote brings the rival nearer to the winner."""
        lost = points.get(winner, 0.0) / seen[winner] if winner in vote.shown else 0.0
        gained = (self.best(len(vote.shown)) - points.get(rival, 0.0)) / seen[rival] if rival in vote.shown else 0.0
        return lost + gained


def _sums(votes: Sequence[Vote], candidates: Sequence[str], points: Points) -> tuple[dict[str, float], dict[str, int]]:
    total, seen = dict.fromkeys(candidates, 0.0), dict.fromkeys(candidates, 0)
    for vote in votes:
        for candidate in vote.shown:
            seen[candidate] += 1
        for candidate, value in points(vote).items():
            total[candidate] += value
    return total, seen


def _means(votes: Sequence[Vote], candidates: Sequence[str], points: Points) -> dict[str, float]:
    total, seen = _sums(votes, candidates, points)
    return {c: total[c] * len(votes) / seen[c] if seen[c] else 0.0 for c in candidates}


_borda = Positional(points=borda_points, tie_points=plurality_points, best=lambda shown: shown - 1)
_plurality = Positional(points=plurality_points, tie_points=borda_points, best=lambda _: 1.0)

BORDA = Rule(
    name="borda",
    summary="Points by place in each ranking; the highest sum wins.",
    needs="ranking",
    keeps=frozenset({"anonymity", "neutrality", "monotonicity", "unanimity"}),
    count=_borda.count,
    flips=_borda.flips,
    settled=_borda.settled,
)
PLURALITY = Rule(
    name="plurality",
    summary="Most first places win.",
    needs="choice",
    keeps=frozenset({"anonymity", "neutrality", "monotonicity", "unanimity"}),
    count=_plurality.count,
    flips=_plurality.flips,
    settled=_plurality.settled,
)
