"""A verdict in words and tables, for the end of a run and for `show`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..consensus import Absence, Ballot, Past, State, Verdict
from ..consensus.count import count_ballots
from ..consensus.electorate import KNOWN_OUTCOMES
from ..consensus.rules import Rule, Vote
from ..record.outcomes import fewest_known
from .text import names, one_line, several

STOPS = {"budget": "the budget is spent", "deadline": "the time is up", "interrupted": "interrupted"}
HOW = {
    "failed": "failed",
    "invalid": "gave no valid ballot",
    "abstained": "abstained",
    "own": "is not counted",
    "void": "is not counted",
    "cancelled": "was cancelled",
    "superseded": "is not counted",
    "answered": "did not vote",
    "unasked": "did not vote",
}
EARLY = {"settled": "the outcome was settled", "lead": "the lead was large enough (which replies came first matters)"}


def headline(verdict: Verdict) -> str:
    """One sentence: who won, how, and how much of the team stands behind it."""
    why = STOPS.get(verdict.stopped) or verdict.reason
    if verdict.winner is None:
        return f"no answer: {why}"
    who = names(verdict.authors)
    if not verdict.decided:
        return f"no decision ({why}); the best answer so far is by {who}"
    if verdict.by == "alone":
        return f"{who} answered alone"
    firsts = next((line.firsts for line in verdict.tally if line.candidate == verdict.winner), len(verdict.authors))
    if verdict.by == "judge":
        return f"{who} wins: the judge's choice"
    how = "gave equal answers" if verdict.by == "gate" else "put it first"
    return f"{who} wins: {verdict.agreement}, {firsts} of {several(verdict.agents, 'agent')} {how}"


def facts(verdict: Verdict) -> list[str]:
    """The other facts that matter, a line each."""
    lines = [*_counted(verdict), *_standing(verdict)]
    if verdict.decided and verdict.stopped != "complete":
        why = STOPS.get(verdict.stopped) or EARLY[verdict.stopped]
        lines.append(f"stopped early: {why}" + (f"; {several(verdict.saved, 'call')} saved" if verdict.saved else ""))
    elif verdict.saved:
        lines.append(f"{several(verdict.saved, 'call')} saved by equal answers")
    for one in verdict.absent:
        if verdict.decided or one.why != verdict.stopped:
            lines += _absence(one)
    lines += [f"{agent} was left behind: only the end of this process stops it" for agent in verdict.left_behind]
    if verdict.delivered != "verbatim":
        lines.append(f"the answer was written up ({verdict.delivered}); the text voted for is in the record")
    if verdict.files:
        lines.append(f"files: {', '.join(verdict.files)}")
    return lines


def _counted(verdict: Verdict) -> Iterator[str]:
    """How the ballots came to the winner."""
    if verdict.by in ("vote", "judge") and verdict.margin is not None:
        flips = "" if verdict.flips is None else f"; {several(verdict.flips, 'changed ballot')} would flip it"
        yield f"rule {verdict.rule}, margin {verdict.margin:.4g}{flips}"
    if verdict.tie_broken:
        by = {"secondary": "the secondary score", "draw": "a draw from the seed"}
        steps = ", then ".join(by[step.by] for step in verdict.tie)
        yield f"{several(len(verdict.tied), 'candidate')} tied; decided by {steps}"
    turnout = verdict.turnout
    for number, what in ((turnout.superseded, "superseded by a later one"), (turnout.stale, "cast on old candidates")):
        if number:
            yield f"{several(number, 'ballot')} {what}"


def _standing(verdict: Verdict) -> Iterator[str]:
    """What earlier outcomes tell of this result."""
    if verdict.effective_voters is not None:
        yield f"worth {verdict.effective_voters:g} independent voters, by how often these agents erred together"
    best = verdict.best_single
    if best is not None:
        where = "has no place" if best.place is None else "won" if best.place == 1 else f"came in at place {best.place}"
        yield f"the best agent so far, {best.agent} ({best.right} of {best.known} right): its answer {where}"


def weighing(past: Past | None, agents: Sequence[str]) -> str:
    """What weights that are learned come to: the numbers, or how much is still missing."""
    fewest = fewest_known(past, agents) if past else 0
    if past is None or fewest < KNOWN_OUTCOMES:
        return f"weights: learned is off: {fewest} of {KNOWN_OUTCOMES} outcomes known"
    weights = ", ".join(f"{agent} {weight:.2f}" for agent, weight in past.weights(agents).items())
    return f"weights: {weights} (from {several(fewest, 'outcome')})"


def _absence(one: Absence) -> Iterator[str]:
    why = "not needed any more" if one.why == "settled" else one_line(one.why, 160)
    yield f"{one.agent} {HOW[one.how]}: {why}"
    if one.hint:
        yield f"  hint: {one_line(one.hint, 160)}"


def verdict_view(verdict: Verdict, state: State, rule: Rule | None) -> RenderableType:
    """The verdict with its ballots, its tally and its dissent."""
    style = "bold green" if verdict.decided else "bold yellow"
    parts: list[RenderableType] = [Text(headline(verdict), style=style)]
    parts += [Text(line, style="dim") for line in facts(verdict)]
    if verdict.by in ("vote", "judge") and rule is not None:
        parts += ["", ballots_table(state, verdict, rule)]
        parts += [_trace(state, verdict)] if verdict.trace else []
        parts += [_opinions(state, verdict)] if verdict.dissent or verdict.advice or verdict.vetoed else []
    return Group(*parts)


def ballots_table(state: State, verdict: Verdict, rule: Rule) -> Table:
    """Voters down, candidates across: the place that each gave to each. The last row is the tally."""
    count = count_ballots(state, rule)
    candidates = [line.candidate for line in verdict.tally]
    table = Table(box=None, padding=(0, 2), header_style="bold")
    table.add_column("ballot of")
    for candidate in candidates:
        style = "green" if candidate == verdict.winner else ""
        table.add_column(names(count.candidates[candidate].authors), justify="center", style=style)
    table.add_column("reason", style="dim")
    for vote in sorted(count.votes, key=lambda one: one.voter):
        ballot = count.cast[vote.voter].ballot
        table.add_row(
            _voter(vote), *(_place(ballot, candidate) for candidate in candidates), one_line(ballot.reason, 70)
        )
    if count.drafts:
        given = Counter(vote.tops[0] for vote in count.drafts)
        table.add_row("drafts", *(f"{given[candidate] or '·'}" for candidate in candidates), "", style="dim")
    table.add_row(verdict.rule, *(f"{line.score:.4g}" for line in verdict.tally), "", style="bold")
    return table


def _voter(vote: Vote) -> str:
    return vote.voter if vote.weight == 1 else f"{vote.voter} ×{vote.weight:.3g}"


def _place(ballot: Ballot, candidate: str) -> str:
    """The place, the score, or a mark for an approval."""
    if candidate in ballot.scores:
        return f"{ballot.scores[candidate]:g}"
    if candidate in ballot.approved:
        return "✓"
    return str(ballot.ranking.index(candidate) + 1) if candidate in ballot.ranking else "·"


def _trace(state: State, verdict: Verdict) -> RenderableType:
    """The steps of the rule, in the names of the authors."""
    lines = "\n".join(verdict.trace)
    for candidate in state.candidates().values():
        lines = lines.replace(candidate.id, names(candidate.authors))
    return Text(f"\n{lines}", style="dim")


def _opinions(state: State, verdict: Verdict) -> RenderableType:
    """Who was for something else, what advisory voices said, what was ruled out."""
    authors = {name: names(one.authors) for name, one in state.candidates().items()}
    lines = [
        f"{what}: {names(one.voters)} for {authors[one.candidate]}"
        + (f", “{one_line(one.reason, 120)}”" if one.reason else "")
        for what, opinions in (("dissent", verdict.dissent), ("advice", verdict.advice))
        for one in opinions
    ]
    lines += [f"veto: {holder} against {authors[candidate]}" for candidate, holder in verdict.vetoed]
    return Text("\n" + "\n".join(lines), style="dim")
