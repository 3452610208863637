"""Instant run-off: the last are out, and their ballots go on to whom they rank next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .additive import borda_points, means
from .base import EPSILON, Rule, Tally, Vote


def count_runoff(votes: Sequence[Vote], candidates: Sequence[str]) -> Tally:
    """Counts first places until one candidate has more than half of the weight that still ranks anybody; else all that
    come last leave together, unless that leaves nobody. Where voters see different candidates, the last is whom the
    smallest share of those who were shown it puts first. A score is the number of counts survived; the margin is the
    lead in first places in the last count of more than one candidate."""
    shown = _shown(votes, candidates)
    margin = 0.0
    survived = {name: float(weight > 0) for name, weight in shown.items()}
    left = {name for name, weight in shown.items() if weight}
    trace: list[str] = []
    while True:
        firsts = _firsts(votes, left)
        trace.append(_line(len(trace) + 1, firsts))
        out = _out(firsts, shown)
        margin = _lead(firsts) if len(firsts) > 1 or not margin else margin
        if not out or out == left:
            break
        left -= out
        survived.update({name: survived[name] + 1 for name in left})
    winners = tuple(sorted(left if out else _leading(firsts)))
    survived.update({name: survived[name] + 1 for name in winners})
    return Tally(
        scores=survived,
        secondary=means(votes, candidates, borda_points) if len(winners) > 1 else {},
        winners=winners,
        margin=0.0 if out else margin,
        trace=tuple(trace),
    )


def _leading(firsts: Mapping[str, float]) -> list[str]:
    return [name for name, weight in firsts.items() if weight == max(firsts.values())]


def _lead(firsts: Mapping[str, float]) -> float:
    ordered = sorted((0.0, *firsts.values()))
    return ordered[-1] - ordered[-2]


def _shown(votes: Sequence[Vote], candidates: Sequence[str]) -> dict[str, float]:
    shown = dict.fromkeys(candidates, 0.0)
    for vote in votes:
        for name in vote.shown:
            shown[name] += vote.weight
    return shown


def _firsts(votes: Sequence[Vote], left: set[str]) -> dict[str, float]:
    """The weight that puts each of those left first."""
    firsts = dict.fromkeys(left, 0.0)
    for vote in votes:
        first = next((name for name in vote.ranking if name in left), None)
        if first is not None:
            firsts[first] += vote.weight
    return firsts


def _out(firsts: Mapping[str, float], shown: Mapping[str, float]) -> set[str]:
    """Who leaves after this count: nobody where one has a majority, everybody where all are level."""
    if max(firsts.values(), default=0.0) * 2 > sum(firsts.values()) + EPSILON:
        return set()
    shares = {name: weight / shown[name] for name, weight in firsts.items()}
    least = min(shares.values())
    return {name for name, share in shares.items() if share <= least + EPSILON}


def _line(number: int, firsts: Mapping[str, float]) -> str:
    ordered = sorted(firsts.items(), key=lambda item: (-item[1], item[0]))
    return f"count {number}: " + ", ".join(f"{name} {weight:g}" for name, weight in ordered)


def settled(votes: Sequence[Vote], outstanding: Sequence[Vote], candidates: Sequence[str]) -> bool:
    """Whether one candidate has more than half of all first places, those outstanding included: it wins the first
    count whatever comes."""
    firsts = _firsts(votes, set(candidates))
    whole = sum(vote.weight for vote in (*votes, *outstanding))
    return max(firsts.values(), default=0.0) * 2 > whole + EPSILON


IRV = Rule(
    name="irv",
    summary="Instant run-off: the last leave until one has a majority.",
    needs="ranking",
    keeps=frozenset({"anonymity", "neutrality", "unanimity"}),
    count=count_runoff,
    settled=settled,
)
