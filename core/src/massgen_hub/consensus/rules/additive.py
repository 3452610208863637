"""Rules that add up points: plurality, approval, Borda, scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from .base import EPSILON, Need, Rule, Tally, Vote, tally

Points = Callable[[Vote], Mapping[str, float]]


def plurality_points(vote: Vote) -> dict[str, float]:
    """One point for the first place."""
    return dict.fromkeys(vote.ranking[:1], 1.0)


def borda_points(vote: Vote) -> dict[str, float]:
    """m - 1 for the first of m shown, down to 0; those left out share the mean of what remains, so that every ballot
    hands out the same total (mean-rank form; Emerson, Social Choice and Welfare 2013, compares the forms)."""
    top = len(vote.shown) - 1
    points = {candidate: float(top - place) for place, candidate in enumerate(vote.ranking)}
    left_out = [candidate for candidate in vote.shown if candidate not in points]
    points.update(dict.fromkeys(left_out, (len(left_out) - 1) / 2))
    return points


def approval_points(vote: Vote) -> dict[str, float]:
    """One point for each candidate approved (Brams and Fishburn 1978)."""
    return dict.fromkeys(vote.approved, 1.0)


def shared_points(vote: Vote) -> dict[str, float]:
    """One point, shared by all that this voter approves: approval of little else is worth more (satisfaction approval
    voting, Brams and Kilgour 2014)."""
    return dict.fromkeys(vote.approved, 1 / max(1, len(vote.approved)))


def score_points(vote: Vote) -> dict[str, float]:
    """0 to 10, stretched over the voter's own range, so that a timid voter counts as much as a bold one; what it did
    not score counts as 0, and a voter that scores all alike gives 5 to each."""
    raw = {candidate: vote.scores.get(candidate, 0.0) for candidate in vote.shown}
    low, high = min(raw.values()), max(raw.values())
    if high == low:
        return dict.fromkeys(raw, 5.0)
    return {candidate: 10 * (score - low) / (high - low) for candidate, score in raw.items()}


def raw_scores(vote: Vote) -> Mapping[str, float]:
    """The scores as they were given."""
    return vote.scores


def means(votes: Sequence[Vote], candidates: Iterable[str], points: Points) -> dict[str, float]:
    """Each candidate's points: the mean over the weight it was shown to, times the whole weight. With everything shown
    to everybody it is the plain sum."""
    total, seen = _sums(votes, candidates, points)
    whole = sum(vote.weight for vote in votes)
    return {c: total[c] * whole / seen[c] if seen[c] else 0.0 for c in total}


def _sums(
    votes: Sequence[Vote], candidates: Iterable[str], points: Points
) -> tuple[dict[str, float], dict[str, float]]:
    """The points of each candidate, and the weight of the voters it was shown to."""
    total = dict.fromkeys(candidates, 0.0)
    seen = dict(total)
    for vote in votes:
        weight = vote.weight
        for candidate in vote.shown:
            seen[candidate] += weight
        for candidate, value in points(vote).items():
            total[candidate] += weight * value
    return total, seen


@dataclass(frozen=True, kw_only=True)
class Additive:
    """A rule that hands out points, from 0 up to `most(vote)` on one ballot; `tie_points` make the secondary score."""

    points: Points
    tie_points: Points
    most: Callable[[Vote], float]

    def count(self, votes: Sequence[Vote], candidates: Sequence[str]) -> Tally:
        """The tally of the votes."""
        scores = means(votes, candidates, self.points)
        shown = {candidate for vote in votes for candidate in vote.shown}
        found = tally({c: scores[c] for c in candidates if c in shown}, lambda: means(votes, shown, self.tie_points))
        return replace(found, scores=scores)

    def settled(self, votes: Sequence[Vote], outstanding: Sequence[Vote], candidates: Sequence[str]) -> bool:
        """Whether the leader stays ahead even if every outstanding voter gives it nothing and its rival the most.

        A voter that was shown little may have less to give than the rival's mean so far: the rival is then better off
        without its ballot, and such ballots are left out of what the rival may reach.
        """
        points, seen = _sums(votes, candidates, self.points)
        late: dict[str, list[Vote]] = {candidate: [] for candidate in candidates}
        for vote in sorted(outstanding, key=self.most, reverse=True):
            for candidate in vote.shown:
                late[candidate].append(vote)
        shown = [c for c in candidates if seen[c] or late[c]]
        low = {c: points[c] / (seen[c] + sum(vote.weight for vote in late[c])) for c in shown}
        leader = max(shown, key=lambda c: (low[c], c))
        return all(low[leader] > self._high(points[c], seen[c], late[c]) + EPSILON for c in shown if c != leader)

    def _high(self, points: float, seen: float, late: Sequence[Vote]) -> float:
        """The highest mean that these points may reach with some of the late ballots, the most generous first."""
        for vote in late:
            if self.most(vote) * seen < points:
                break
            points += self.most(vote) * vote.weight
            seen += vote.weight
        return points / seen

    def flips(
        self, votes: Sequence[Vote], candidates: Sequence[str], winner: str, fixed: Sequence[Vote] = ()
    ) -> int | None:
        """The fewest votes to change. A changed vote gives a rival the most and the winner nothing; those that shift
        the two most are changed first, which is exact for each rival. Only the eight strongest rivals are tried."""
        total, seen = _sums((*votes, *fixed), candidates, self.points)
        mean = {c: total[c] / (seen[c] or 1.0) for c in candidates}
        rivals = sorted((c for c in candidates if c != winner and seen[c]), key=lambda c: (-mean[c], c))[:8]
        given = [(vote, self.points(vote)) for vote in votes]
        found: list[int] = []
        for rival in rivals:
            shifts = [self._shift(vote, points, winner, rival, seen) for vote, points in given]
            missing = mean[winner] - mean[rival] - EPSILON
            reached = accumulate(sorted(shifts, reverse=True))
            found += [count for count, shift in enumerate(reached, 1) if shift >= missing][:1]
        return min(found, default=None)

    def _shift(
        self, vote: Vote, points: Mapping[str, float], winner: str, rival: str, seen: Mapping[str, float]
    ) -> float:
        """By how much changing this vote brings the rival nearer to the winner."""
        lost = points.get(winner, 0.0) / seen[winner] if winner in vote.shown else 0.0
        gained = (self.most(vote) - points.get(rival, 0.0)) / seen[rival] if rival in vote.shown else 0.0
        return vote.weight * (lost + gained)


def _additive(name: str, summary: str, needs: Need, how: Additive) -> Rule:
    return Rule(
        name=name,
        summary=summary,
        needs=needs,
        keeps=frozenset({"anonymity", "neutrality", "monotonicity", "unanimity"}),
        count=how.count,
        settled=how.settled,
        flips=how.flips,
    )


PLURALITY = _additive(
    "plurality",
    "Most first places win.",
    "choice",
    Additive(points=plurality_points, tie_points=borda_points, most=lambda _: 1.0),
)
APPROVAL = _additive(
    "approval",
    "Most approvals win.",
    "approval",
    Additive(points=approval_points, tie_points=shared_points, most=lambda _: 1.0),
)
BORDA = _additive(
    "borda",
    "Points by place in each ranking; the highest sum wins.",
    "ranking",
    Additive(points=borda_points, tie_points=plurality_points, most=lambda vote: len(vote.shown) - 1),
)
SCORE = _additive(
    "score",
    "Scores from 0 to 10, stretched over each voter's range; the highest sum wins.",
    "score",
    Additive(points=score_points, tie_points=raw_scores, most=lambda _: 10.0),
)
