"""How many ballots would have to change for another outcome."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from .additive import borda_points, means
from .base import Rule, Vote

RIVALS = 3


def fewest_flips(
    rule: Rule, votes: Sequence[Vote], candidates: Sequence[str], winner: str, *, fixed: Sequence[Vote] = ()
) -> int | None:
    """The fewest changed ballots after which the winner would not win alone; None if no number of them does that.

    Where the rule does not know it, it is found by trying: ballots that like the winner better than a rival are turned
    to put the rival first and the winner last, for the strongest rivals. That is the fewest found; fewer may do.
    `fixed` votes are counted too and never changed.
    """
    if rule.flips is not None:
        return rule.flips(votes, candidates, winner, fixed)
    strength = means((*votes, *fixed), candidates, borda_points)
    rivals = sorted((name for name in candidates if name != winner), key=lambda name: (-strength[name], name))
    found = [_tried(rule, votes, candidates, winner, rival, fixed) for rival in rivals[:RIVALS]]
    return min((number for number in found if number), default=None)


def _tried(
    rule: Rule, votes: Sequence[Vote], candidates: Sequence[str], winner: str, rival: str, fixed: Sequence[Vote]
) -> int | None:
    turnable = [vote for vote in votes if rival in vote.shown]
    turnable.sort(key=lambda vote: (-_gap(vote, winner, rival), -vote.weight, vote.voter))
    fixed = [*fixed, *(vote for vote in votes if rival not in vote.shown)]

    def falls(number: int) -> bool:
        turned = [_turned(vote, winner, rival) for vote in turnable[:number]]
        return rule.count([*fixed, *turned, *turnable[number:]], candidates).winners != (winner,)

    reach = 1
    while reach < len(turnable) and not falls(reach):  # mostly few ballots are enough
        reach *= 2
    tries = range(reach // 2 + 1, min(reach, len(turnable)) + 1)
    place = bisect_left(tries, True, key=falls)
    return tries[place] if place < len(tries) else None


def _gap(vote: Vote, winner: str, rival: str) -> int:
    """How many places the winner is above the rival on this ballot."""
    places = {name: place for place, name in enumerate(vote.ranking)}
    return places.get(rival, len(vote.shown)) - places.get(winner, len(vote.shown))


def _turned(vote: Vote, winner: str, rival: str) -> Vote:
    """The same ballot, whatever it holds, with the rival first and the winner last."""
    rest = (name for name in vote.ranking if name not in (rival, winner))
    return replace(
        vote,
        ranking=(rival, *rest) if vote.ranking else (),
        approved=(rival,) if vote.approved else (),
        scores={**dict.fromkeys(vote.shown, 0.0), rival: 10.0} if vote.scores else {},
    )
