"""Rules that compare the candidates two by two: Copeland, minimax, Schulze. All elect a Condorcet winner."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence

from .additive import borda_points, means
from .base import Rule, Tally, Vote, tally

UNIT = 1_000_000
"""Weights are counted in millionths, as whole numbers: exact sums, whatever the order of the ballots."""
LANE = 64

Margins = Sequence[Sequence[float]]
"""margins[x][y]: the weight that prefers x to y, minus the weight that prefers y to x."""


class Duels:
    """Who is preferred to whom, by how much weight, among those who were shown both.

    Each candidate has one large whole number with a lane of 64 bits for every rival, so that a ballot costs one
    addition for each candidate it ranks and not one for each pair.
    """

    def __init__(self, votes: Sequence[Vote], candidates: Sequence[str]) -> None:
        seen = {candidate for vote in votes for candidate in vote.shown}
        self.names = sorted(seen.intersection(candidates))
        self.unseen = sorted(set(candidates) - seen)
        self.whole = sum(round(vote.weight * UNIT) for vote in votes)
        self._lanes = {name: 1 << place * LANE for place, name in enumerate(self.names)}
        self.prefer = self._rows(votes, ranked=True)
        everywhere = all(len(vote.shown) >= len(self.names) for vote in votes)
        self.together = None if everywhere else self._rows(votes, ranked=False)

    def _rows(self, votes: Sequence[Vote], *, ranked: bool) -> list[array[int]]:
        """By candidate and rival: the weight that ranks the candidate above it, or that was shown both."""
        rows = dict.fromkeys(self.names, 0)
        for vote in votes:
            weight = round(vote.weight * UNIT)
            shown = self._lanes.keys() & vote.shown
            if ranked:
                below = sum(self._lanes[name] for name in shown.difference(vote.ranking))
                for name in reversed(vote.ranking):
                    rows[name] += weight * below
                    below |= self._lanes[name]
            else:
                together = weight * sum(self._lanes[name] for name in shown)
                for name in shown:
                    rows[name] += together
        return [array("Q", row.to_bytes(len(rows) * LANE // 8, "little")) for row in rows.values()]

    def margin(self, x: int, y: int) -> int:
        """By how many millionths x is ahead of y, as they were counted."""
        return self.prefer[x][y] - self.prefer[y][x]

    def beats_all(self) -> int | None:
        """The place in `names` of the candidate that wins every duel, if one does."""
        size = range(len(self.names))
        return next((x for x in size if all(self.margin(x, y) > 0 for y in size if y != x)), None)

    def margins(self) -> Margins:
        """The margins; where not everybody was shown both, as if the others had been of the same mind. One division of
        whole numbers makes each, so that equal margins are equal to the last bit."""
        size, prefer = range(len(self.names)), self.prefer
        if self.together is None:
            return [[(prefer[x][y] - prefer[y][x]) / UNIT for y in size] for x in size]
        return [[self._scaled(x, y, both) for y, both in enumerate(row)] for x, row in enumerate(self.together)]

    def _scaled(self, x: int, y: int, together: int) -> float:
        return self.margin(x, y) * self.whole / (together * UNIT) if together else 0.0


Scores = Callable[[Margins], list[float]]


def copeland_scores(margins: Margins) -> list[float]:
    """Duels won minus duels lost (Copeland 1951)."""
    return [float(sum((margin > 0) - (margin < 0) for margin in row)) for row in margins]


def minimax_scores(margins: Margins) -> list[float]:
    """The smallest margin in any duel: the worst defeat, with a minus (Simpson 1969, Kramer 1977)."""
    size = range(len(margins))
    return [min((margins[x][y] for y in size if y != x), default=0.0) for x in size]


def schulze_scores(margins: Margins) -> list[float]:
    """How many rivals have a stronger chain of won duels to the candidate than it has to them, with a minus (Schulze
    2011, strength by margins)."""
    size, strength = range(len(margins)), strongest_chains(margins)
    return [0.0 - sum(strength[y][x] > strength[x][y] for y in size if y != x) for x in size]


def strongest_chains(margins: Margins) -> list[list[float]]:
    """For each pair the weakest duel of the strongest chain from the first to the second; 0 where none leads there.

    Duels are added from the clearest to the closest; who reaches whom is kept as bits. The duel that first connects
    two candidates is the weakest of their strongest chain. So each pair is set once, and a thousand candidates of
    whom few were compared are no harder than the pairs that were.
    """
    size = range(len(margins))
    strength, reach = [[0.0] * len(margins) for _ in size], [1 << x for x in size]
    won = sorted(((margins[x][y], x, y) for x in size for y in size if margins[x][y] > 0), reverse=True)
    for margin, x, y in won:
        if reach[x] >> y & 1:
            continue
        for start in size:
            if reach[start] >> x & 1:
                new = reach[y] & ~reach[start]
                reach[start] |= new
                _set(strength[start], new, margin)
    return strength


def _set(row: list[float], places: int, value: float) -> None:
    """Set the value at each place that has a bit."""
    while places:
        lowest = places & -places
        row[lowest.bit_length() - 1] = value
        places ^= lowest


def _count(scores: Scores) -> Callable[[Sequence[Vote], Sequence[str]], Tally]:
    def count(votes: Sequence[Vote], candidates: Sequence[str]) -> Tally:
        duels = Duels(votes, candidates)
        found = dict(zip(duels.names, scores(duels.margins()), strict=True))
        floor = min(found.values(), default=0.0) - 1.0
        found.update(dict.fromkeys(duels.unseen, floor))
        return tally(found, lambda: means(votes, candidates, borda_points))

    return count


def settled(votes: Sequence[Vote], outstanding: Sequence[Vote], candidates: Sequence[str]) -> bool:
    """Whether one candidate wins every duel by more than the outstanding weight that may still turn it."""
    duels = Duels(votes, candidates)
    if not duels.names or any(name in vote.shown for vote in outstanding for name in duels.unseen):
        return False
    leader = duels.beats_all()
    if leader is None:
        return False
    waiting = _waiting(outstanding, duels.names[leader])
    rivals = ((y, name) for y, name in enumerate(duels.names) if y != leader)
    return all(duels.margin(leader, y) > waiting.get(name, 0) for y, name in rivals)


def _waiting(outstanding: Sequence[Vote], leader: str) -> Mapping[str, int]:
    """By rival: the outstanding weight that was shown it beside the leader, in millionths."""
    weights: dict[str, int] = {}
    for vote in outstanding:
        if leader in vote.shown:
            for name in vote.shown:
                weights[name] = weights.get(name, 0) + round(vote.weight * UNIT)
    return weights


def _pairwise(name: str, summary: str, scores: Scores) -> Rule:
    return Rule(
        name=name,
        summary=summary,
        needs="ranking",
        keeps=frozenset({"anonymity", "neutrality", "monotonicity", "unanimity", "condorcet"}),
        count=_count(scores),
        settled=settled,
    )


COPELAND = _pairwise("copeland", "Most duels won, less those lost.", copeland_scores)
MINIMAX = _pairwise("minimax", "The smallest worst defeat wins.", minimax_scores)
SCHULZE = _pairwise("schulze", "Unbeaten along the strongest chains of duels.", schulze_scores)
