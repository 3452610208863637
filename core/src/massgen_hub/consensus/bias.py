"""Whether something that should not matter swayed the ballots: place, label, authorship. Read from the record alone.

Place and label of a candidate are drawn, so each candidate shown is as likely as any other to stand at the place that a
voter likes best. What differs from that is chance or bias; a chi-square test says how likely chance alone is. Where
voters saw different numbers of candidates the test errs on the side of chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from .decisions import Ballot
from .state import Cast, State

LEAST_EXPECTED = 5
"""Ballots a row that the test needs: below, its approximation is not good (Cochran's rule)."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A place or a label: how many candidates were shown there, how often one of them was put first and how often that
    would be if it did not matter; their mean rank, and what that would be."""

    name: str
    shown: int
    first: float
    expected: float
    rank: float
    expected_rank: float


@dataclass(frozen=True, kw_only=True)
class Sway:
    """All places, or all labels. `p` is the probability of a `statistic` as large, or larger, by chance (None: too few
    ballots to tell; `needed` would do)."""

    rows: tuple[Row, ...]
    statistic: float
    freedom: int
    needed: int
    p: float | None


@dataclass(frozen=True, kw_only=True)
class Own:
    """Ballots of voters who were shown an answer of their own that others were shown too: how many, how often their own
    was put first, how often by chance, and how often if they had liked it as much as those others did."""

    shown: int
    first: float
    by_chance: float
    by_others: float


@dataclass(frozen=True, kw_only=True)
class Bias:
    """The report over the last ballot of each voter in each run, where it was shown more than one candidate. Candidates
    put first together share the first place."""

    ballots: int
    places: Sway
    labels: Sway
    own: Own


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """A candidate as one voter saw and ranked it, among so many. `first` is its share of the voter's first place;
    `others` are the shares that voters who did not write it gave it (None: the voter did not write it)."""

    place: str
    label: str
    among: int
    first: float
    rank: float
    others: tuple[float, ...] | None


@dataclass
class _Column:
    """What is summed up for one row."""

    ranks: list[float] = field(default_factory=list)
    expected_ranks: list[float] = field(default_factory=list)
    first: float = 0.0
    expected: float = 0.0

    def add(self, one: _Seen) -> None:
        self.ranks.append(one.rank)
        self.expected_ranks.append((one.among + 1) / 2)
        self.first += one.first
        self.expected += 1 / one.among


def bias(states: Iterable[State]) -> Bias:
    """What the ballots of these runs tell."""
    places: dict[str, _Column] = {}
    labels: dict[str, _Column] = {}
    ballots = 0
    owned: list[list[_Seen]] = []
    for seen in (one for state in states for one in _ballots(state)):
        ballots += 1
        for one in seen:
            places.setdefault(one.place, _Column()).add(one)
            labels.setdefault(one.label, _Column()).add(one)
        own = [one for one in seen if one.others is not None]
        if own and all(one.others for one in own):
            owned.append(own)
    return Bias(ballots=ballots, places=_sway(places, ballots), labels=_sway(labels, ballots), own=_own(owned))


def _ballots(state: State) -> Iterator[list[_Seen]]:
    last = {cast.agent: cast for cast in sorted(state.cast.values(), key=lambda one: one.round) if len(cast.shown) > 1}
    standings = {agent: _standings(cast.ballot, cast.shown) for agent, cast in last.items()}
    for agent, cast in sorted(last.items()):
        yield [
            _Seen(
                place=str(place),
                label=state.seats[agent].labels[candidate],
                among=len(cast.shown),
                first=standings[agent][candidate][0],
                rank=standings[agent][candidate][1],
                others=_others(state, cast, candidate, standings),
            )
            for place, candidate in enumerate(cast.shown, 1)
        ]


_Standings = Mapping[str, tuple[float, float]]


def _standings(ballot: Ballot, shown: Sequence[str]) -> _Standings:
    """For each candidate its share of the first place, and its rank; those ranked alike share the mean."""
    found: dict[str, tuple[float, float]] = {}
    for group in _groups(ballot, shown):
        first = 0.0 if found else 1 / len(group)
        rank = len(found) + (len(group) + 1) / 2
        found.update(dict.fromkeys(group, (first, rank)))
    return found


def _groups(ballot: Ballot, shown: Sequence[str]) -> Iterator[Sequence[str]]:
    """The candidates shown, best first; those that the ballot does not tell apart are together."""
    if ballot.scores:
        for score in sorted(set(ballot.scores.values()), reverse=True):
            yield [name for name in ballot.scores if ballot.scores[name] == score]
    elif ballot.approved:
        yield ballot.approved
    yield from ([name] for name in ballot.ranking)
    if rest := [name for name in shown if name not in ballot.named]:
        yield rest


def _others(state: State, cast: Cast, candidate: str, standings: Mapping[str, _Standings]) -> tuple[float, ...] | None:
    authors = {given.agent for given in state.given if given.cluster == candidate}
    if cast.agent not in authors:
        return None
    return tuple(
        ranked[candidate][0] for agent, ranked in standings.items() if candidate in ranked and agent not in authors
    )


def _own(ballots: Sequence[Sequence[_Seen]]) -> Own:
    seen = [one for ballot in ballots for one in ballot]
    return Own(
        shown=len(ballots),
        first=math.fsum(one.first for one in seen),
        by_chance=math.fsum(1 / one.among for one in seen),
        by_others=math.fsum(fmean(one.others) for one in seen if one.others),
    )


def _sway(columns: Mapping[str, _Column], ballots: int) -> Sway:
    rows = tuple(_row(name, columns[name]) for name in sorted(columns, key=lambda name: (len(name), name)))
    statistic = math.fsum((row.first - row.expected) ** 2 / row.expected for row in rows)
    needed, freedom = LEAST_EXPECTED * len(rows), max(len(rows) - 1, 0)
    enough = freedom > 0 and ballots >= needed
    p = chance_of(statistic, freedom) if enough else None
    return Sway(rows=rows, statistic=statistic, freedom=freedom, needed=needed, p=p)


def _row(name: str, column: _Column) -> Row:
    return Row(
        name=name,
        shown=len(column.ranks),
        first=column.first,
        expected=column.expected,
        rank=fmean(column.ranks),
        expected_rank=fmean(column.expected_ranks),
    )


def chance_of(statistic: float, freedom: int) -> float:
    """The probability that a chi-square variable with so many degrees of freedom (1 or more) is at least this large.

    It is the incomplete gamma function Q(freedom / 2, statistic / 2), by its recurrence from Q(1/2, x) = erfc(sqrt(x))
    or Q(1, x) = exp(-x): NIST Digital Library of Mathematical Functions, 8.4.5, 8.4.6 and 8.8.6.
    """
    if statistic <= 0:
        return 1.0
    x = statistic / 2
    a, total = (0.5, math.erfc(math.sqrt(x))) if freedom % 2 else (1.0, math.exp(-x))
    while a < freedom / 2:
        total += math.exp(a * math.log(x) - x - math.lgamma(a + 1))
        a += 1
    return min(total, 1.0)
