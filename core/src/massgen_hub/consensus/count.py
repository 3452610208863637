"""Which ballots count, as which votes; and who wins where several lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .clusters import Candidate, Given
from .draw import draw
from .rules import EPSILON, PLURALITY, Rule, Tally, Vote
from .state import Cast, State
from .verdict import TieStep


@dataclass(frozen=True, kw_only=True)
class Count:
    """What a rule is given: the candidates, the votes that count, and who cast them. `own` are voters whose only choice
    was their own answer, `void` those all of whose choices were ruled out; `drafts` are answers that count as ballots;
    `vetoed` says who ruled a candidate out."""

    candidates: Mapping[str, Candidate]
    votes: tuple[Vote, ...]
    cast: Mapping[str, Cast] = field(default_factory=dict)
    own: tuple[str, ...] = ()
    void: tuple[str, ...] = ()
    drafts: tuple[Vote, ...] = ()
    vetoed: Mapping[str, str] = field(default_factory=dict)

    @property
    def voted(self) -> int:
        """How many of those whose ballots are counted cast a valid one."""
        return len(self.votes) + len(self.own) + len(self.void)

    @property
    def standing(self) -> list[str]:
        """The candidates that may win."""
        return [name for name in self.candidates if name not in self.vetoed]

    def tally(self, rule: Rule) -> Tally:
        """What the rule makes of the votes and the drafts."""
        return rule.count((*self.votes, *self.drafts), self.standing)

    def tops(self, candidate: str) -> list[Vote]:
        """The votes that like this candidate best."""
        return [vote for vote in self.votes if candidate in vote.tops]


def deciding(state: State) -> dict[str, Cast]:
    """The ballots that decide, by voter: each agent's answer to its newest call for a ballot, among those cast on the
    newest candidates. Whoever failed, abstained or was called off in that turn has none."""
    newest = [
        state.cast[seat.agent, seat.voting] for seat in state.seats.values() if (seat.agent, seat.voting) in state.cast
    ]
    latest = max((state.distinct(cast.view) for cast in newest), default=0)
    return {cast.agent: cast for cast in newest if state.distinct(cast.view) == latest}


def count_ballots(state: State, rule: Rule) -> Count:
    """The ballots that decide as the rule sees them.

    A single choice for one's own answer does not count, except where there are only two candidates or two voters.
    """
    cast = deciding(state)
    candidates = state.candidates(max((one.view for one in cast.values()), default=None))
    vetoed = _vetoed(state, cast)
    own_counts = len(candidates) <= 2 or len(state.voters) <= 2
    votes: list[Vote] = []
    own, void = [], []
    for agent in filter(cast.__contains__, state.voters):
        vote = vote_of(cast[agent], rule, state.settings.electorate.weight(agent), vetoed)
        named = cast[agent].ballot.named[:1] if rule.needs == "choice" else cast[agent].ballot.named
        if not own_counts and len(named) == 1 and agent in candidates[named[0]].authors:
            own.append(agent)
        elif vote.tops:
            votes.append(vote)
        else:
            void.append(agent)
    return Count(
        candidates=candidates,
        votes=tuple(votes),
        cast=cast,
        own=tuple(own),
        void=tuple(void),
        drafts=_drafts(state, rule, candidates, vetoed),
        vetoed=vetoed,
    )


def _drafts(
    state: State, rule: Rule, candidates: Mapping[str, Candidate], vetoed: Mapping[str, str]
) -> tuple[Vote, ...]:
    """The newest answer of each voice as a short ballot for it; none where a judge decides, or where voters see only
    some of the candidates, over which a draft would weigh more than a ballot."""
    settings = state.settings
    if settings.drafts == "shown" or settings.electorate.judge or len(candidates) > settings.show:
        return ()
    standing = tuple(name for name in candidates if name not in vetoed)
    return _as_votes(state, state.given, rule, standing)


def _as_votes(state: State, given: Iterable[Given], rule: Rule, standing: tuple[str, ...]) -> tuple[Vote, ...]:
    """The last of these answers of each voice as a short ballot for it, in seat order."""
    last = {one.agent: one.cluster for one in given}
    weight, may_win = state.settings.electorate.weight, set(standing)
    return tuple(
        Vote(voter=agent, shown=standing, weight=weight(agent), **_ballot_for(last[agent], rule))
        for agent in state.voices
        if last.get(agent) in may_win
    )


def _ballot_for(answer: str, rule: Rule) -> dict[str, Any]:
    match rule.needs:
        case "approval":
            return {"approved": (answer,)}
        case "score":
            return {"scores": {answer: 10.0}}
    return {"ranking": (answer,)}


def _vetoed(state: State, cast: Mapping[str, Cast]) -> dict[str, str]:
    holders = [agent for agent in state.seats if agent in state.settings.electorate.veto and agent in cast]
    return {candidate: agent for agent in sorted(holders) for candidate in cast[agent].ballot.veto}


def vote_of(cast: Cast, rule: Rule, weight: float, vetoed: Mapping[str, str]) -> Vote:
    """A ballot without the candidates that were ruled out, and without what the rule does not read."""
    ballot = cast.ballot
    ranking = tuple(name for name in ballot.ranking if name not in vetoed)
    return Vote(
        voter=cast.agent,
        shown=tuple(name for name in cast.shown if name not in vetoed),
        ranking=ranking[:1] if rule.needs == "choice" else ranking,
        approved=tuple(name for name in ballot.approved if name not in vetoed),
        scores={name: score for name, score in ballot.scores.items() if name not in vetoed},
        weight=weight,
    )


def count_drafts(state: State) -> Count:
    """The drafts themselves as votes: each voice counts for what it answered alone."""
    votes = _as_votes(state, reversed(state.given), PLURALITY, tuple(sorted(state.support)))
    return Count(candidates=state.candidates(), votes=votes)


def outstanding_ballots(state: State, standing: Sequence[str]) -> list[Vote]:
    """The votes that the turns still running may add, over those of the candidates that they are shown."""
    weight = state.settings.electorate.weight
    waiting = [agent for agent in state.voters if agent in state.running]
    shown = {agent: [name for _, name in state.seats[agent].shown] for agent in waiting}
    left = set(standing)
    return [
        Vote(voter=agent, shown=tuple(name for name in names if name in left), weight=weight(agent))
        for agent, names in shown.items()
    ]


def outstanding_drafts(state: State, standing: Sequence[str]) -> list[Vote]:
    """The voices that drafts still running, or not asked for yet, may add to an answer."""
    weight = state.settings.electorate.weight
    drafters = state.settings.electorate.drafters(state.voices)
    waiting = [agent for agent in drafters if agent in state.running or not state.seats[agent].round]
    return [Vote(voter=agent, shown=tuple(standing), weight=weight(agent)) for agent in waiting]


def top_two(votes: Sequence[Vote]) -> tuple[float, float]:
    """The largest and the second largest weight of first places."""
    weights: dict[str, float] = {}
    for vote in votes:
        for candidate in vote.tops:
            weights[candidate] = weights.get(candidate, 0.0) + vote.weight
    first, second = sorted([0.0, 0.0, *weights.values()])[:-3:-1]
    return first, second


def pick(tally: Tally, seed: int) -> tuple[str, tuple[TieStep, ...]]:
    """The winner, and how a tie was broken, if there was one: by a secondary score, then by a draw from the seed."""
    if len(tally.winners) == 1:
        return tally.winners[0], ()
    best = max(tally.secondary[c] for c in tally.winners)
    left = tuple(c for c in tally.winners if tally.secondary[c] >= best - EPSILON)
    steps = [TieStep(by="secondary", left=left)] if len(left) < len(tally.winners) else []
    winner = min(left, key=lambda c: (draw(seed, "tie", c), c))
    if len(left) > 1:
        steps.append(TieStep(by="draw", left=(winner,)))
    return winner, tuple(steps)
