"""From utilities to ballots, and from ballots to winners: decided by the rules of the hub itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from massgen_hub.consensus.count import pick
from massgen_hub.consensus.rules import Need, Rule, Tally, Vote

from .world import Bools, Floats, Ints

Names = tuple[str, ...]
TOP = 10
"""The best score of a ballot with scores."""


def elect(
    rule: Rule, utilities: Floats, seed: int, *, electable: Bools | None = None, own: bool = True, names: Names = ()
) -> Ints:
    """The winning candidate (Q,); ties are broken as the hub breaks them, with a seed for each question."""
    return winners(tallies(rule, utilities, electable=electable, own=own, names=names), seed, utilities, names)


def winners(counted: Iterable[Tally | None], seed: int, utilities: Floats, names: Names = ()) -> Ints:
    """The winner (Q,) of each tally, -1 where there is none."""
    number = {name: j for j, name in enumerate(_called(names, utilities))}
    drawn = (pick(tally, seed * 1_000_003 + q)[0] if tally else None for q, tally in enumerate(counted))
    return np.array([-1 if name is None else number[name] for name in drawn], np.int64)


def tallies(
    rule: Rule,
    utilities: Floats,
    *,
    electable: Bools | None = None,
    own: bool = True,
    wrote: Bools | None = None,
    drafts: Bools | None = None,
    names: Names = (),
) -> Iterator[Tally | None]:
    """The tally of each question, from utilities (Q, voters, candidates); None without candidates or ballots.

    `electable` (Q, candidates) leaves out candidates; without `own`, voter i does not see candidate i. A single choice
    of what a voter `wrote` (Q, voters, candidates) does not count among three candidates or more. Each of the `drafts`
    (Q, voters, candidates) is one ballot more, that names nothing else. Ties are drawn by the names of the candidates,
    c0, c1, ... unless given.
    """
    called = _called(names, utilities)
    order = (-utilities).argsort(-1, kind="stable").tolist()
    alive = np.broadcast_to(True, utilities.shape[::2]) if electable is None else electable
    for q, allowed in enumerate(alive.tolist()):
        standing = tuple([name for name, living in zip(called, allowed, strict=True) if living])
        votes = _votes(rule.needs, utilities[q], order[q], allowed, called, own=own) if standing else []
        if wrote is not None and rule.needs == "choice" and len(standing) > 2:
            votes = [vote for vote in votes if not wrote[q, int(vote.voter), called.index(vote.ranking[0])]]
        if drafts is not None and votes:
            votes += _short(standing, drafts[q], called)
        yield rule.count(votes, standing) if votes else None


def _short(standing: Names, drafts: Bools, called: Names) -> list[Vote]:
    """A ballot for each draft, by the voter that gave it."""
    named = zip(*drafts.nonzero(), strict=True)
    return [Vote(voter=f"draft {voter}", shown=standing, ranking=(called[answer],)) for voter, answer in named]


def _called(names: Names, utilities: Floats) -> Names:
    return names or tuple(f"c{j}" for j in range(utilities.shape[2]))


def _votes(
    need: Need, utilities: Floats, order: list[list[int]], alive: list[bool], names: Names, *, own: bool
) -> list[Vote]:
    rows = utilities.tolist() if need in ("approval", "score") else [[]] * len(order)
    votes = []
    for voter, (row, ranked) in enumerate(zip(rows, order, strict=True)):
        seen = [j for j in ranked if alive[j] and (own or j != voter)]
        if seen:
            votes.append(_vote(need, str(voter), row, seen, names))
    return votes


def _vote(need: Need, voter: str, row: list[float], ranked: list[int], names: Names) -> Vote:
    """A ballot over the candidates ranked, best first: what the rule needs, and nothing else."""
    called = tuple([names[j] for j in ranked])
    if need == "approval":
        middle = sum(row[j] for j in ranked) / len(ranked)
        liked = tuple([names[j] for j in ranked if row[j] >= middle])
        return Vote(voter=voter, shown=called, approved=liked)
    if need == "score":
        high, low = row[ranked[0]], row[ranked[-1]]
        points = {names[j]: float(round(TOP * (row[j] - low) / (high - low or 1.0))) for j in ranked}
        return Vote(voter=voter, shown=called, scores=points)
    return Vote(voter=voter, shown=called, ranking=called if need == "ranking" else called[:1])
