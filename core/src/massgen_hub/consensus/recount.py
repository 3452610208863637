"""A run counted again from its record: by its own rule, or by another one over the same ballots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from .count import deciding
from .decisions import Abstention, Answer
from .events import Cancelled, Decisive, Ended, Replied, Stopped, TurnStarted
from .protocol import Ask, Cancel, Finish, Protocol, ProtocolSpec, Step
from .rules import Need, Rule
from .state import State, fold
from .verdict import Verdict

TELLS: Mapping[Need, tuple[Need, ...]] = MappingProxyType(
    {"ranking": ("ranking", "choice"), "choice": ("choice",), "approval": ("approval",), "score": ("score",)}
)
"""What ballots that were asked for one thing say about others: a ranking holds a choice, and not the reverse."""

WhyNot = Literal["not recorded", "needs more turns"]


@dataclass(frozen=True, kw_only=True)
class Recount:
    """What a rule makes of a record. `verdict` is None where it cannot say, and `why` tells: the ballots hold nothing
    that it reads, or the protocol would ask somebody again.

    `missing` ballots were called off because the run's own rule needed them no more; this one might have. `cut_off`:
    the run did not come to its end, and this is what stands so far.
    """

    rule: str
    verdict: Verdict | None = None
    why: WhyNot | None = None
    missing: int = 0
    cut_off: bool = False


def what_if(events: Sequence[Decisive], spec: ProtocolSpec, rules: Mapping[str, Rule]) -> tuple[Recount, ...]:
    """The record counted by each of the rules, in the order of their names. What its ballots hold is what the run's own
    rule asked for, or what they look like where that rule is not among these."""
    state = fold(_before_the_end(events))
    own = rules.get(state.settings.rule)
    asked = own.needs if own else looks_like(state)
    return tuple(recount(events, spec, rules[name], asked) for name in sorted(rules))


def recount(events: Sequence[Decisive], spec: ProtocolSpec, rule: Rule, asked: Need) -> Recount:
    """The record of a run of this protocol, whose ballots were asked for `asked`, counted by a rule. By the run's own
    it is the recorded verdict again.

    A write-up is delivered only where the winner is the one that it was written for. Raises `IllegalEvent` where the
    events describe no run.
    """
    before = _before_the_end(events)
    state = fold(before)
    if deciding(state) and rule.needs not in TELLS[asked]:
        return Recount(rule=rule.name, why="not recorded")
    recorded = next((event.verdict for event in events if isinstance(event, Ended)), None)
    protocol = spec.make(replace(state.settings, rule=rule.name), rule)
    verdict = _verdict(state, protocol, recorded)
    if verdict and verdict.delivered != "verbatim" and not _written_for(verdict, recorded, state):
        verdict = _verdict(fold(_unwritten(before)), protocol, recorded)
    if verdict is None:
        return Recount(rule=rule.name, why="needs more turns")
    missing = 0 if rule.name == state.settings.rule else _called_off(verdict)
    return Recount(rule=rule.name, verdict=verdict, missing=missing, cut_off=recorded is None)


def looks_like(state: State) -> Need:
    """What the ballots that decide were asked for, by what they hold."""
    ballots = [cast.ballot for cast in deciding(state).values()]
    if any(ballot.scores for ballot in ballots):
        return "score"
    if any(ballot.approved for ballot in ballots):
        return "approval"
    return "ranking" if any(len(ballot.ranking) > 1 for ballot in ballots) else "choice"


def differences(recorded: Verdict, recounted: Verdict) -> dict[str, tuple[Any, Any]]:
    """The fields in which two verdicts differ, with both values."""
    before, after = vars(recorded), vars(recounted)
    return {name: (before[name], after[name]) for name in before if before[name] != after[name]}


def _before_the_end(events: Iterable[Decisive]) -> list[Decisive]:
    return [event for event in events if not isinstance(event, Ended)]


def _verdict(state: State, protocol: Protocol, recorded: Verdict | None) -> Verdict | None:
    """What the protocol says now. Where it only wants words for a winner that had none written, it is stopped there."""
    steps = protocol.next(state)
    if verdict := _finished(steps):
        return verdict
    if recorded is None:
        return _so_far(state, protocol)
    if steps and all(isinstance(step, Ask) and step.kind == "present" for step in steps):
        verdict = _so_far(state, protocol)
        return verdict and replace(verdict, stopped=recorded.stopped)
    return None


def _so_far(state: State, protocol: Protocol) -> Verdict | None:
    """The verdict of a run that is interrupted now."""
    if state.stopped is None:
        state.apply(Stopped(why="interrupted"))
    for step in protocol.next(state):
        if isinstance(step, Cancel):
            seat = state.seats[step.agent]
            state.apply(Cancelled(agent=step.agent, round=seat.round, attempt=seat.attempt, why=step.why))
    return _finished(protocol.next(state))


def _finished(steps: Iterable[Step]) -> Verdict | None:
    return next((step.verdict for step in steps if isinstance(step, Finish)), None)


def _written_for(verdict: Verdict, recorded: Verdict | None, state: State) -> bool:
    return verdict.winner == recorded.winner if recorded else verdict.rule == state.settings.rule


def _unwritten(events: Iterable[Decisive]) -> list[Decisive]:
    """The events as if the presenter had written nothing."""
    left: list[Decisive] = []
    presenting: set[tuple[str, int]] = set()
    for event in events:
        if isinstance(event, TurnStarted) and event.kind == "present":
            presenting.add((event.agent, event.round))
        match event:
            case Replied(decision=Answer()) if (event.agent, event.round) in presenting:
                left.append(replace(event, decision=Abstention(why="written for another winner")))
            case _:
                left.append(event)
    return left


def _called_off(verdict: Verdict) -> int:
    return sum(one.how == "cancelled" and one.why in ("settled", "lead") for one in verdict.absent)
