"""From the state of a run to its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from .count import Count, count_ballots, count_drafts, pick
from .draw import draw
from .rules import PLURALITY, Rule, Tally, fewest_flips
from .state import Cast, State
from .verdict import Absence, Agreement, BestSingle, By, Dissent, How, Standing, Stop, Turnout, Verdict


def conclude_vote(state: State, rule: Rule) -> Verdict:
    """The verdict of a vote. Without a single ballot that counts, the best supported answer stands undecided."""
    count = count_ballots(state, rule)
    if not count.votes or not count.standing:
        return conclude_nothing(state, count, rule)
    by: By = "judge" if state.settings.electorate.judge else "vote"
    winner, decision = _decision(state, count, rule)
    reason = missed(state, count, winner)
    return _verdict(state, count, rule, winner, by=by, decided=not reason, reason=reason, **decision)


def conclude_drafts(state: State) -> Verdict:
    """The verdict of equal answers: the drafts are the votes."""
    count = count_drafts(state)
    winner, decision = _decision(state, count, PLURALITY)
    by: By = "alone" if len(state.seats) == 1 else "gate"
    return _verdict(state, count, PLURALITY, winner, by=by, decided=True, **decision)


def conclude_nothing(state: State, count: Count, rule: Rule) -> Verdict:
    """No decision: the answer that most agents gave stands, if there is one."""
    ranked = sorted(
        (one for one in state.candidates().values() if one.id not in count.vetoed),
        key=lambda one: (-len(one.authors), draw(state.seed, "tie", one.id), one.id),
    )
    winner = ranked[0].id if ranked else None
    empty = Count(candidates=state.candidates(), votes=(), cast=count.cast, own=count.own, vetoed=count.vetoed)
    return _verdict(state, empty, rule, winner, by="none", decided=False, reason=_no_vote(state, count))


def _decision(state: State, count: Count, rule: Rule) -> tuple[str, dict[str, Any]]:
    """The winner, and what the tally tells of how it won."""
    tally = count.tally(rule)
    winner, tie = pick(tally, state.seed)
    return winner, {
        "tally": _standings(count, tally, winner),
        "margin": tally.margin,
        "flips": fewest_flips(rule, count.votes, count.standing, winner, fixed=count.drafts),
        "tied": tally.winners if tie else (),
        "tie": tie,
        "trace": tally.trace,
        "dissent": _opinions(count, (vote.voter for vote in count.votes), but=winner),
    }


def _verdict(state: State, count: Count, rule: Rule, winner: str | None, *, by: By, **decision: Any) -> Verdict:
    """What every verdict tells, however it came about."""
    candidate = count.candidates[winner] if winner else None
    absent = _absences(state, count) if by not in ("gate", "alone") else _failures(state)
    firsts = len(count.tops(winner)) if winner else 0
    decision.setdefault("tally", ())
    return Verdict(
        answer=candidate.text if candidate else "",
        winner=winner,
        authors=candidate.authors if candidate else (),
        files=candidate.files if candidate else (),
        agreement=agreement(firsts, len(state.voices)),
        stopped=_stop(state),
        by=by,
        rule=rule.name,
        agents=len(state.voices),
        voted=count.voted if by in ("vote", "judge", "none") else 0,
        quorum=state.settings.needed(len(state.voters)),
        turnout=_turnout(state, count, absent, by),
        absent=absent,
        advice=_opinions(count, state.settings.electorate.advisory),
        vetoed=tuple(sorted(count.vetoed.items())),
        saved=_saved(state, by),
        effective_voters=_effective(state, count),
        best_single=_best_single(state, decision["tally"]),
        rounds=state.round,
        turns=state.turns,
        run=state.run,
        left_behind=tuple(sorted(state.left_behind)),
        **decision,
    )


def agreement(firsts: int, agents: int) -> Agreement:
    """How much of the whole electorate, absent agents included, stands behind the winner."""
    if firsts and firsts >= agents:
        return "unanimous"
    return "majority" if firsts * 2 > agents else "plurality" if firsts else "none"


def missed(state: State, count: Count, winner: str) -> str:
    """Which demand of the settings this vote does not meet; empty where it meets all."""
    voters, settings = state.voters, state.settings
    quorum = settings.needed(len(voters))
    if len(count.candidates) < state.distinct():
        return "the ballots were cast before the newest answers"
    if count.voted < quorum:
        return f"quorum missed: {count.voted} of {len(voters)} agents voted, {quorum} are needed"
    if settings.threshold is None:
        return ""
    whole = sum(map(settings.electorate.weight, voters))
    behind = sum(vote.weight for vote in count.tops(winner))
    if behind < settings.threshold * whole - 1e-9:
        unit = "votes by weight" if settings.electorate.weights else "agents"
        return f"threshold missed: {behind:g} of {whole:g} {unit} put the winner first"
    return ""


def _stop(state: State) -> Stop:
    if state.stopped:
        return state.stopped.why
    reasons = {why for cancelled in state.cancelled.values() for why in cancelled.values()}
    return "settled" if "settled" in reasons else "lead" if "lead" in reasons else "complete"


def _no_vote(state: State, count: Count) -> str:
    if not state.given:
        return "no agent gave an answer"
    if count.votes or count.void:
        return "every candidate was ruled out by a veto"
    live = [agent for agent in state.voters if state.seats[agent].status != "out"]
    needed = state.settings.needed(len(state.voters))
    if len(live) < needed:
        return f"quorum missed: {len(live)} of {len(state.voters)} agents are left, {needed} are needed"
    return "nobody cast a ballot that counts"


def _standings(count: Count, tally: Tally, winner: str) -> tuple[Standing, ...]:
    firsts = Counter(name for vote in count.votes for name in vote.tops)
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


def _opinions(count: Count, voters: Iterable[str], but: str | None = None) -> tuple[Dissent, ...]:
    """What these voters put first, other than `but`, most voters first."""
    groups: dict[str, list[str]] = {}
    tops = {vote.voter: vote.tops for vote in count.votes}
    for voter in sorted(voters):
        first = tops.get(voter) or (count.cast[voter].ballot.named[:1] if voter in count.cast else ())
        if first and but not in first:
            groups.setdefault(first[0], []).append(voter)
    lines = [
        Dissent(candidate=name, voters=tuple(group), reason=max((_reason(count.cast, one) for one in group), key=len))
        for name, group in groups.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-len(line.voters), line.candidate)))


def _reason(cast: Mapping[str, Cast], voter: str) -> str:
    return cast[voter].ballot.reason if voter in cast else ""


def _absences(state: State, count: Count) -> tuple[Absence, ...]:
    """Who was called to vote, or would have been, and is not counted."""
    voted = {vote.voter for vote in count.votes}
    found = [_absence(state, agent, count) for agent in sorted(state.voters) if agent not in voted]
    return (*found, *(_failures(state) if state.settings.electorate.judge else ()))


def _absence(state: State, agent: str, count: Count) -> Absence:
    seat = state.seats[agent]
    if agent in count.own:
        return Absence(agent=agent, how="own", why="its only choice was its own answer")
    if agent in count.void:
        return Absence(agent=agent, how="void", why="all that it chose was ruled out by a veto")
    if seat.status == "out":
        return Absence(agent=agent, how="failed", why=seat.why, hint=seat.hint)
    round_ = seat.voting or seat.round
    if abstention := state.abstained.get(round_, {}).get(agent):
        how: How = "invalid" if abstention.invalid else "abstained"
        return Absence(agent=agent, how=how, why=abstention.why)
    if why := state.cancelled.get(round_, {}).get(agent):
        return Absence(agent=agent, how="cancelled", why=why)
    if (agent, seat.voting) in state.cast:
        return Absence(agent=agent, how="superseded", why="its ballot was cast before the newest answers")
    if seat.voting and seat.answered == seat.voting:
        return Absence(agent=agent, how="answered", why="it gave a better answer instead of a ballot")
    return Absence(agent=agent, how="unasked", why="the run ended before it was asked")


def _failures(state: State) -> tuple[Absence, ...]:
    """Who has no part in a decision that was made of answers."""
    nothing = Count(candidates={}, votes=())
    answered = {given.agent for given in state.given}
    drafters = state.settings.electorate.drafters(state.seats)
    return tuple(_absence(state, agent, nothing) for agent in sorted(drafters) if agent not in answered)


def _turnout(state: State, count: Count, absent: tuple[Absence, ...], by: By) -> Turnout:
    called = {agent for agent in state.voters if state.seats[agent].voting}
    how = Counter(one.how for one in absent if one.agent in called)
    earlier = [cast for key, cast in state.cast.items() if key[0] not in count.cast or count.cast[key[0]] is not cast]
    stale = sum(cast.stale for cast in earlier)
    return Turnout(
        counted=len(count.votes) if by in ("vote", "judge") else 0,
        drafts=len(count.drafts) if by == "vote" else 0,
        advisory=len(count.cast.keys() - set(state.voters)),
        superseded=len(earlier) - stale,
        stale=stale,
        own=how["own"],
        void=how["void"],
        abstained=how["abstained"],
        invalid=how["invalid"],
        failed=how["failed"],
        cancelled=how["cancelled"],
    )


def _saved(state: State, by: By) -> int:
    """Calls called off because the outcome stood, drafts never asked for, and the vote that equal answers spared."""
    called_off = sum(why in ("settled", "lead") for reasons in state.cancelled.values() for why in reasons.values())
    if by != "gate":
        return called_off
    drafters = state.settings.electorate.drafters(state.seats)
    unasked = sum(not state.seats[agent].round for agent in drafters)
    live = sum(state.seats[agent].status != "out" for agent in state.voters)
    return called_off + unasked + (0 if state.settings.gate == "plurality" else live)


def _effective(state: State, count: Count) -> float | None:
    past = state.past
    return past.effective_voters(len(count.votes)) if past else None


def _best_single(state: State, tally: tuple[Standing, ...]) -> BestSingle | None:
    past = state.past
    agent = past.best(state.seats) if past else None
    if past is None or agent is None:
        return None
    candidate = next((given.cluster for given in reversed(state.given) if given.agent == agent), None)
    places = [line.candidate for line in tally]
    return BestSingle(
        agent=agent,
        right=past.right.get(agent, 0),
        known=past.known[agent],
        candidate=candidate,
        place=places.index(candidate) + 1 if candidate in places else None,
    )
