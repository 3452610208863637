"""What must be true of the ballots and the verdict of every run, whatever went wrong in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...codec import to_json, to_plain
from ...consensus import Ballot, Replied, TurnStarted
from ...contract import Reply
from ...dialogue import read
from .history import Findings, History
from .ledger import Call

BY_ITSELF = ("complete", "settled", "lead")
"""How a verdict was stopped that nothing from outside cut short."""


def _ballots(history: History) -> Iterator[tuple[Replied, Ballot]]:
    for event in history.decisive:
        if isinstance(event, Replied) and isinstance(event.decision, Ballot):
            yield event, event.decision


def one_ballot_a_voter_and_round(history: History) -> Findings:
    """Nobody votes twice: a second ballot in a round would be counted, or replace the first."""
    seen: set[tuple[str, int]] = set()
    for event, _ in _ballots(history):
        if (event.agent, event.round) in seen:
            yield f"{event.agent} cast two ballots in round {event.round}"
        seen.add((event.agent, event.round))


def no_more_votes_than_voters(history: History) -> Findings:
    """A tally of more ballots than voters was stuffed."""
    if verdict := history.verdict:
        voters = len(history.ledger.voters)
        if verdict.turnout.counted > voters or verdict.voted > voters:
            yield f"{verdict.turnout.counted} counted, {verdict.voted} voted, of {voters}"
        twice = [voter for one in verdict.dissent for voter in one.voters]
        if len(set(twice)) < len(twice):
            yield f"a voter dissents twice: {twice}"


def ballots_name_a_candidate_once(history: History) -> Findings:
    """A candidate named twice on one ballot would score twice."""
    for event, ballot in _ballots(history):
        if len(set(ballot.named)) < len(ballot.named):
            yield f"{event.agent} named a candidate twice in round {event.round}"


def only_given_answers_win(history: History) -> Findings:
    """What is delivered was said by an agent of this run, and is credited to those who gave it."""
    verdict, ledger = history.verdict, history.ledger
    if verdict is None or verdict.winner is None:
        return
    given = [(agent, text) for agent, cluster, text in ledger.given if cluster == verdict.winner]
    if not given:
        yield f"nobody gave {verdict.winner}"
    written = verdict.delivered != "verbatim"
    if not written and verdict.answer not in {text for _, text in given}:
        yield f"nobody of {given} said {verdict.answer!r:.80}"
    if not verdict.authors or not set(verdict.authors) <= {agent for agent, _ in given}:
        yield f"given by {given}, credited to {verdict.authors}"


def ballots_are_the_voters_own(history: History) -> Findings:
    """A ballot is what its voter said in that very turn, and what the hub reads in it: no adapter can forge one."""
    need, holders = history.schedule.rule.needs, history.schedule.settings.electorate.veto
    asked = {(one.agent, one.round): one for one in history.decisive if isinstance(one, TurnStarted)}
    for event, ballot in _ballots(history):
        turn, said = asked.get((event.agent, event.round)), history.said.get((event.agent, event.round, event.attempt))
        if turn is None or said is None:
            yield f"{event.agent} said nothing in round {event.round}"
            continue
        again = Reply(text=said.text.encode(errors="replace").decode(), data=to_plain(said.data))
        decision = read(turn.kind, again, dict(turn.shown), need, veto=event.agent in holders)
        if to_plain(decision) != to_plain(ballot):
            yield f"{event.agent} said {to_json(again):.120} in round {event.round}: {ballot}"


def failed_agents_do_not_count(history: History) -> Findings:
    """Whoever failed, abstained or was called off in its newest call has no voice: not its earlier one either."""
    yield from _counted_wrongly(history, history.ledger.of_the_absent())


def superseded_ballots_do_not_count(history: History) -> Findings:
    """A voter who was asked again has changed its mind, or may have."""
    yield from _counted_wrongly(history, history.ledger.superseded())


def stale_ballots_do_not_count(history: History) -> Findings:
    """A ballot on fewer candidates says nothing about the newest ones."""
    yield from _counted_wrongly(history, history.ledger.outdated())
    verdict, ledger = history.verdict, history.ledger
    if verdict is not None and verdict.by == "vote" and verdict.decided and verdict.stopped in BY_ITSELF:
        for call in ledger.deciding().values():
            if call.view < ledger.distinct:
                yield f"{call.agent}'s ballot decides, cast on {call.view} of {ledger.distinct} answers"


def _counted_wrongly(history: History, ballots: Iterable[Call]) -> Findings:
    if history.verdict is None or history.verdict.by not in ("vote", "judge"):
        return
    ledger = history.ledger
    firsts, vetoed = ledger.firsts(), ledger.vetoed()
    too_many = {line.candidate for line in history.verdict.tally if line.firsts > firsts[line.candidate]}
    for call in ballots:
        if call.firsts(vetoed) & too_many:
            yield f"{call.agent}'s ballot of round {call.round} counts for {sorted(call.firsts(vetoed) & too_many)}"


def the_tally_is_of_the_ballots(history: History) -> Findings:
    """Every ballot that counts is in the tally, once, and nothing else is."""
    verdict = history.verdict
    if verdict is None or verdict.by == "none":
        return
    ledger = history.ledger
    firsts = ledger.firsts() if verdict.by in ("vote", "judge") else ledger.draft_firsts()
    told = {line.candidate: line.firsts for line in verdict.tally if line.firsts}
    if told != {name: number for name, number in firsts.items() if number}:
        yield f"first places told {told}, in the record {dict(firsts)}"


def every_voter_is_told(history: History) -> Findings:
    """Failed, abstained, invalid and outvoted are four things: who is not in the tally is named."""
    verdict = history.verdict
    if verdict is None or verdict.by not in ("vote", "judge"):
        return
    named = {one.agent for one in verdict.absent}
    counted = {agent for agent in history.ledger.deciding() if agent not in named}
    if missing := set(history.ledger.voters) - counted - named:
        yield f"{sorted(missing)} neither voted nor are told absent"
