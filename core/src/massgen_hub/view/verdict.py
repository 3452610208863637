"""A verdict in words and tables, for the end of a run and for `show`."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..consensus import Absence, State, Verdict
from ..consensus.conclude import count_round, final_round
from ..consensus.rules import Rule
from .text import names, one_line, several

STOPS = {"budget": "the budget is spent", "deadline": "the time is up", "interrupted": "interrupted"}
HOW = {"failed": "failed", "abstained": "abstained", "own": "is not counted", "cancelled": "was cancelled"}


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
    how = "gave equal answers" if verdict.by == "gate" else "put it first"
    return f"{who} wins: {verdict.agreement}, {firsts} of {several(verdict.agents, 'agent')} {how}"


def facts(verdict: Verdict) -> list[str]:
    """The other facts that matter, a line each."""
    lines = []
    if verdict.by == "vote" and verdict.margin is not None:
        flips = "" if verdict.flips is None else f"; {several(verdict.flips, 'changed ballot')} would flip it"
        lines.append(f"rule {verdict.rule}, margin {verdict.margin:g}{flips}")
    if verdict.tie_broken:
        by = {"secondary": "the secondary score", "draw": "a draw from the seed"}[verdict.tie_broken]
        lines.append(f"{several(len(verdict.tied), 'candidate')} tied; decided by {by}")
    if verdict.decided and verdict.stopped != "complete":
        lines.append(f"stopped early: {STOPS.get(verdict.stopped, 'the outcome was settled')}")
    lines += [_absence(one) for one in verdict.absent if verdict.decided or one.why != verdict.stopped]
    lines += [f"{agent} was left behind: only the end of this process stops it" for agent in verdict.left_behind]
    if verdict.delivered != "verbatim":
        lines.append(f"the answer was written up ({verdict.delivered}); the text voted for is in the record")
    if verdict.files:
        lines.append(f"files: {', '.join(verdict.files)}")
    return lines


def _absence(one: Absence) -> str:
    why = "not needed any more" if one.why == "settled" else one_line(one.why, 160)
    return f"{one.agent} {HOW[one.how]}: {why}"


def verdict_view(verdict: Verdict, state: State, rule: Rule | None) -> RenderableType:
    """The verdict with its ballots, its tally and its dissent."""
    style = "bold green" if verdict.decided else "bold yellow"
    parts: list[RenderableType] = [Text(headline(verdict), style=style)]
    parts += [Text(line, style="dim") for line in facts(verdict)]
    if verdict.by == "vote" and rule is not None:
        parts += ["", ballots_table(state, verdict, rule)]
        parts += [_dissent(state, verdict)] if verdict.dissent else []
    return Group(*parts)


def ballots_table(state: State, verdict: Verdict, rule: Rule) -> Table:
    """Voters down, candidates across: the place that each gave to each. The last row is the tally."""
    count = count_round(state, final_round(state), rule)
    candidates = [line.candidate for line in verdict.tally]
    table = Table(box=None, padding=(0, 2), header_style="bold")
    table.add_column("ballot of")
    for candidate in candidates:
        style = "green" if candidate == verdict.winner else ""
        table.add_column(names(count.candidates[candidate].authors), justify="center", style=style)
    table.add_column("reason", style="dim")
    for vote in sorted(count.votes, key=lambda one: one.voter):
        reason = one_line(state.ballots[count.round][vote.voter].reason, 70)
        table.add_row(vote.voter, *(_place(vote.ranking, candidate) for candidate in candidates), reason)
    table.add_row(verdict.rule, *(f"{line.score:g}" for line in verdict.tally), "", style="bold")
    return table


def _place(ranking: tuple[str, ...], candidate: str) -> str:
    return str(ranking.index(candidate) + 1) if candidate in ranking else "·"


def _dissent(state: State, verdict: Verdict) -> RenderableType:
    candidates = state.candidates(state.round + 1)
    lines = [
        f"dissent: {names(one.voters)} for {names(candidates[one.candidate].authors)}"
        + (f", “{one_line(one.reason, 120)}”" if one.reason else "")
        for one in verdict.dissent
    ]
    return Text("\n" + "\n".join(lines), style="dim")
