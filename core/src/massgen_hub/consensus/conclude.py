"""From the state of a run to its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from .clusters import Candidate
from .decisions import Ballot
from .draw import draw
from .rules import EPSILON, Rule, Tally, Vote
from .state import State
from .verdict import Absence, Agreement, Dissent, Standing, Stop, Verdict

By = Literal["vote", "gate", "alone", "none"]


@dataclass(frozen=True, kw_only=True)
class Count:
    """The ballots of one round: those that count, and the voters whose only choice was their own answer."""

    round: int
    candidates: Mapping[str, Candidate]
    votes: tuple[Vote, ...]
    own: tuple[str, ...]

    @property
    def voted(self) -> int:
        """How many cast a valid ballot."""
        return len(self.votes) + len(self.own)


def count_round(state: State, round_: int, rule: Rule) -> Count:
    """The ballots of a round as the rule sees them.

    A single choice for one's own answer does not count, except where there are only two candidates or two agents.
    """
    candidates = state.candidates(round_)
    own_counts = len(candidates) <= 2 or len(state.seats) <= 2
    votes, own = [], []
    for agent in state.seats:
        ballot = state.ballots.get(round_, {}).get(agent)
        if ballot is None:
            continue
        ranking = ballot.ranking if rule.needs == "ranking" else ballot.ranking[:1]
        if not own_counts and len(ranking) == 1 and agent in candidates[ranking[0]].authors:
            own.append(agent)
        else:
            votes.append(Vote(voter=agent, ranking=ranking, shown=_shown(state, agent, ballot)))
    return Count(round=round_, candidates=candidates, votes=tuple(votes), own=tuple(own))


def _shown(state: State, agent: str, ballot: Ballot) -> tuple[str, ...]:
    shown = tuple(candidate for _, candidate in state.seats[agent].shown)
    return shown if set(ballot.ranking) <= set(shown) else ballot.ranking


def tally_of(count: Count, rule: Rule) -> Tally:
    """The tally of a round."""
    return rule.count(count.votes, list(count.candidates))


def final_round(state: State) -> int:
    """The round whose ballots decide: the newest with ballots; 0 where nobody has voted."""
    return max(state.ballots, default=0)


def pick(tally: Tally, seed: int) -> tuple[str, Literal["secondary", "draw"] | None]:
    """The winner, and what broke the tie, if there was one: a secondary score first, then a draw from the seed."""
    if len(tally.winners) == 1:
        return tally.winners[0], None
    best = max(tally.secondary[c] for c in tally.winners)
    left = [c for c in tally.winners if tally.secondary[c] >= best - EPSILON]
    if len(left) == 1:
        return left[0], "secondary"
    return min(left, key=lambda c: (draw(seed, "tie", c), c)), "draw"


def conclude_vote(state: State, rule: Rule) -> Verdict:
    """The verdict of a vote. Without a single ballot that counts, the best supported answer stands undecided."""
    count = count_round(state, final_round(state), rule)
    if not count.votes:
        return conclude_support(state, "none", rule)
    tally = tally_of(count, rule)
    winner, tie_broken = pick(tally, state.seed)
    reason = missed(state, count, winner)
    agents, candidate = len(state.seats), count.candidates[winner]
    return Verdict(
        decided=not reason,
        answer=candidate.text,
        winner=winner,
        authors=candidate.authors,
        agreement=agreement(_firsts(count, winner), agents),
        stopped=_stop(state),
        by="vote",
        rule=rule.name,
        agents=agents,
        voted=count.voted,
        quorum=state.settings.needed(agents),
        tally=_standings(count, tally, winner),
        margin=tally.margin,
        flips=rule.flips(count.votes, list(count.candidates), winner),
        tied=tally.winners if tie_broken else (),
        tie_broken=tie_broken,
        absent=_absences(state, count),
        dissent=_dissent(state, count, winner),
        files=candidate.files,
        rounds=state.round,
        turns=state.turns,
        run=state.run,
        left_behind=tuple(sorted(state.left_behind)),
        reason=reason,
    )


def conclude_support(state: State, by: By, rule: Rule) -> Verdict:
    """The verdict without ballots: the answer that most agents gave. `by` says whether that decides."""
    candidates = state.candidates(state.round + 1)
    agents = len(state.seats)
    ranked = sorted(candidates.values(), key=lambda c: (-len(c.authors), draw(state.seed, "tie", c.id), c.id))
    best = ranked[0] if ranked else None
    support = len(best.authors) if best else 0
    return Verdict(
        decided=by in ("gate", "alone"),
        answer=best.text if best else "",
        winner=best.id if best else None,
        authors=best.authors if best else (),
        agreement=agreement(support, agents) if by in ("gate", "alone") else "none",
        stopped=_stop(state),
        by=by,
        rule=rule.name,
        agents=agents,
        voted=0,
        quorum=state.settings.needed(agents),
        absent=_absences(state, None),
        files=best.files if best else (),
        rounds=state.round,
        turns=state.turns,
        run=state.run,
        left_behind=tuple(sorted(state.left_behind)),
        reason="" if by in ("gate", "alone") else _no_vote(state),
    )


def agreement(firsts: int, agents: int) -> Agreement:
    """How much of the whole electorate, absent agents included, stands behind the winner."""
    if firsts == agents:
        return "unanimous"
    return "majority" if firsts * 2 > agents else "plurality" if firsts else "none"


def _stop(state: State) -> Stop:
    if state.stopped:
        return state.stopped.why
    settled = any("settled" in reasons.values() for reasons in state.cancelled.values())
    return "settled" if settled else "complete"


def missed(state: State, count: Count, winner: str) -> str:
    """Which demand of the settings this vote does not meet; empty where it meets all."""
    agents, settings = len(state.seats), state.settings
    firsts, quorum = _firsts(count, winner), settings.needed(agents)
    if count.voted < quorum:
        return f"quorum missed: {count.voted} of {agents} agents voted, {quorum} are needed"
    if settings.threshold is not None and firsts < settings.threshold * agents:
        return f"threshold missed: {firsts} of {agents} agents put the winner first"
    return ""


def _firsts(count: Count, candidate: str) -> int:
    return sum(vote.ranking[0] == candidate for vote in count.votes)


def _no_vote(state: State) -> str:
    if not state.given:
        return "no agent gave an answer"
    left, quorum = len(state.live), state.settings.needed(len(state.seats))
    if left < quorum:
        return f"quorum missed: {left} of {len(state.seats)} agents are left, {quorum} are needed"
    return "nobody cast a ballot that counts"


def _standings(count: Count, tally: Tally, winner: str) -> tuple[Standing, ...]:
    firsts = Counter(vote.ranking[0] for vote in count.votes)
    shown = Counter(name for vote in count.votes for name in vote.shown)
    lines = [
        Standing(
            candidate=name,
            authors=count.candidates[name].authors,
            score=round(score, 6),
            firsts=firsts[name],
            shown=shown[name],
        )
        for name, score in tally.scores.items()
    ]
    return tuple(sorted(lines, key=lambda line: (line.candidate != winner, -line.score, line.candidate)))


def _absences(state: State, count: Count | None) -> tuple[Absence, ...]:
    round_ = count.round if count else state.round
    voters = {vote.voter for vote in count.votes} if count else set()
    found = [_absence(state, round_, agent, count) for agent in state.seats if agent not in voters]
    return tuple(sorted((one for one in found if one), key=lambda one: one.agent))


def _absence(state: State, round_: int, agent: str, count: Count | None) -> Absence | None:
    seat = state.seats[agent]
    if count and agent in count.own:
        return Absence(agent=agent, how="own", why="its only choice was its own answer")
    if seat.status == "out":
        return Absence(agent=agent, how="failed", why=seat.why)
    if why := state.abstained.get(round_, {}).get(agent):
        return Absence(agent=agent, how="abstained", why=why)
    if why := state.cancelled.get(round_, {}).get(agent):
        return Absence(agent=agent, how="cancelled", why=why)
    return None


def _dissent(state: State, count: Count, winner: str) -> tuple[Dissent, ...]:
    losers: dict[str, list[str]] = {}
    for vote in count.votes:
        if vote.ranking[0] != winner:
            losers.setdefault(vote.ranking[0], []).append(vote.voter)
    lines = [
        Dissent(candidate=name, voters=tuple(sorted(voters)), reason=_fullest(state, count.round, voters))
        for name, voters in losers.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-len(line.voters), line.candidate)))


def _fullest(state: State, round_: int, voters: Sequence[str]) -> str:
    return max((state.ballots[round_][voter].reason for voter in sorted(voters)), key=len)
